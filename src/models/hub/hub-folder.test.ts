import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import type { FileStore } from "../cache/file-store.ts";
import { createMemoryStore } from "../cache/memory-store.ts";
import { listModels, removeModel } from "../cache/repository-cache.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { type HubModel, type HubServer, startHubServer } from "../testing/hub-server.ts";
import { type HubFolderSource, openHubFolder } from "./hub-folder.ts";

const repository = "owner/name";
const config = '{"model_type":"llama"}';
/** Larger than what one read from a socket gives, and than the progress after which breaks count anew. */
const weights = Uint8Array.from({ length: 1_500_000 }, (_, index) => (index * 31 + (index >> 8)) % 256);
const files = new Map<string, Uint8Array | string>([
  ["config.json", config],
  ["tokenizer.json", '{"version":"1.0"}'],
  ["model.safetensors", weights],
]);

let hub: HubServer;
let store: FileStore;
let clock: ReturnType<typeof createFakeClock>;

async function start(models: readonly HubModel[] = [{ repository, revisions: { main: files } }]) {
  hub = await startHubServer({ models });
}

beforeEach(() => {
  store = createMemoryStore();
  clock = createFakeClock();
});
afterEach(() => hub.close());

function open(source: Partial<HubFolderSource> = {}) {
  return openHubFolder({ repository, revision: null, hubUrl: hub.url, ...source }, store, { clock });
}

async function failure(promise: Promise<unknown>): Promise<PivotscopeError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PivotscopeError)) throw new Error(`Expected a PivotscopeError, found ${error}.`);
  return error;
}

/** Requests for the content of a file, without the redirects that lead there. */
function downloads(place: string) {
  return hub.requests.filter(
    (request) => request.place === place && (request.status === 206 || request.status === 200),
  );
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const weightHash = sha256(weights);

describe("a repository", () => {
  test("is read at the commit that its revision stands for, whatever is pushed meanwhile", async () => {
    await start();
    const folder = open();
    expect(await folder.readText("config.json")).toBe(config);
    const commit = hub.commit(repository);
    expect(folder.version).toBe(commit);
    await hub.push(repository, "main", new Map([...files, ["tokenizer.json", "changed"]]));
    expect(await folder.readText("tokenizer.json")).toBe('{"version":"1.0"}');
    expect(await open().readText("tokenizer.json")).toBe("changed");
    expect(hub.requests.every(({ url }) => !url.includes("/resolve/main"))).toBe(true);
  });

  test("has two revisions side by side", async () => {
    const old = new Map([...files, ["config.json", "old"]]);
    await start([{ repository, revisions: { main: files, "v1.0": old } }]);
    expect(await open({ revision: "v1.0" }).readText("config.json")).toBe("old");
    expect(await open().readText("config.json")).toBe(config);
    const byCommit = open({ revision: hub.commit(repository, "v1.0") });
    hub.forgetRequests();
    expect(await byCommit.readText("config.json")).toBe("old");
    expect(hub.requests).toEqual([]);
  });

  test("tells sizes, what is kept, and the hash of large files", async () => {
    await start();
    const folder = open();
    const path = "model.safetensors";
    expect(await folder.entry(path)).toEqual({ path, bytes: weights.length, cachedBytes: 0 });
    expect(await folder.knownHash?.(path)).toBe(weightHash);
    expect(await folder.knownHash?.("config.json")).toBeNull();
    const header = await folder.open(path, { to: 1000 });
    expect(header.size).toBe(weights.length);
    expect((await new Response(header.stream).arrayBuffer()).byteLength).toBe(1000);
    expect(await folder.entry(path)).toMatchObject({ cachedBytes: 1000 });
    expect(sha256(await folder.readBytes(path))).toBe(weightHash);
    // What the header's read had brought was not fetched again.
    expect(downloads(path).map(({ range }) => range)).toEqual(["bytes=0-999", `bytes=1000-${weights.length - 1}`]);
    expect(await folder.entry("absent.json")).toBeNull();
    expect(await folder.has("absent.json")).toBe(false);
    expect((await folder.list?.())?.length).toBe(3);
  });

  test("is loaded a second time without a request for its files", async () => {
    await start();
    for (const path of files.keys()) await open().readBytes(path);
    hub.forgetRequests();
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect((await folder.open("model.safetensors")).origin).toBe("cache");
    expect(await folder.readText("config.json")).toBe(config);
    expect(hub.requests.map(({ place }) => place)).toEqual(["api:info"]);
  });

  test("is loaded from what is kept while the hub cannot be reached", async () => {
    await start();
    for (const path of files.keys()) await open().readBytes(path);
    hub.fault("api:info", { kind: "status", status: 503 });
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect(folder.note).toContain("could not be asked for the newest version");
    expect(folder.note).toContain(hub.commit(repository).slice(0, 7));
  });

  test("fetches again only what a new commit changed, and keeps what two commits share until both are removed", async () => {
    await start();
    for (const path of files.keys()) await open().readBytes(path);
    const before = hub.commit(repository);
    await hub.push(repository, "main", new Map([...files, ["config.json", "new"]]));
    hub.forgetRequests();
    expect(await open().readText("config.json")).toBe("new");
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    expect(downloads("model.safetensors")).toEqual([]);
    const models = await listModels(store);
    expect(models.map(({ commit, revisions }) => [commit, revisions]).sort()).toEqual(
      [
        [before, []],
        [hub.commit(repository), ["main"]],
      ].sort(),
    );
    const idOf = (commit: string) => models.find((model) => model.commit === commit)?.id ?? "";
    await removeModel(store, idOf(before));
    const [left, ...more] = await listModels(store);
    expect(more).toEqual([]);
    // Its tokenizer was never read at this commit, but is the same.
    expect(left).toMatchObject({ bytes: weights.length + 3 + 17, unfinished: [], revisions: ["main"] });
    await removeModel(store, left?.id ?? "");
    expect(await store.list("")).toEqual([]);
  });

  test("keeps a read that starts in the middle out of the store, but gives it", async () => {
    await start();
    const folder = open();
    const { stream } = await folder.open("model.safetensors", { from: 5000, to: 5100 });
    expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(weights.slice(5000, 5100));
    expect(await folder.entry("model.safetensors")).toMatchObject({ cachedBytes: 0 });
  });
});

describe("a broken connection", () => {
  test("is taken up where it broke", async () => {
    await start();
    hub.fault("model.safetensors", { kind: "cut", after: 400_000, times: 1 });
    hub.fault("model.safetensors", { kind: "cut", after: 300_000, times: 1 });
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    const starts = downloads("model.safetensors").map(({ range }) => Number(range?.match(/\d+/)?.[0]));
    expect(starts[0]).toBe(0);
    expect(starts.length).toBe(3);
    // A socket may lose what was under way when it broke, so less than what was sent may have come.
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[1]).toBeLessThanOrEqual(400_000);
    expect(starts[2]).toBeGreaterThan(Number(starts[1]));
    expect(clock.waits).toEqual([1000, 2000]);
  });

  test("that stays broken ends with an error; what came is kept, and the next load goes on from there", async () => {
    await start();
    hub.fault("model.safetensors", { kind: "cut", after: 100_000 });
    const error = await failure(open().readBytes("model.safetensors"));
    expect(error.code).toBe("network");
    expect(error.message).toContain("model.safetensors: the connection broke");
    expect(error.hint).toContain('"Resume" goes on from there');
    expect(clock.waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    const kept = (await open().entry("model.safetensors"))?.cachedBytes ?? 0;
    expect(kept).toBeGreaterThan(0);
    hub.clearFaults();
    hub.forgetRequests();
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    expect(downloads("model.safetensors").map(({ range }) => range)).toEqual([`bytes=${kept}-${weights.length - 1}`]);
  });

  test("counts anew once enough has come", async () => {
    await start();
    hub.fault("model.safetensors", { kind: "status", status: 500, times: 4 });
    hub.fault("model.safetensors", { kind: "cut", after: 1_300_000, times: 1 });
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    expect(clock.waits).toEqual([1000, 2000, 4000, 8000, 1000]);
  });

  test.each(["api:info", "api:tree"])("is tried again in an answer to %s", async (place) => {
    await start();
    hub.fault(place, { kind: "cut", after: 20, times: 2 });
    expect(await open().readText("config.json")).toBe(config);
    expect(clock.waits).toEqual([500, 1500]);
  });

  test.each(["api:info", "api:tree"])("is named when answers to %s keep breaking off", async (place) => {
    await start();
    hub.fault(place, { kind: "cut", after: 20 });
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("connection to localhost") });
    expect(clock.waits).toEqual([500, 1500]);
  });

  test("is taken up too when the server ignores ranges", async () => {
    await start();
    hub.fault("model.safetensors", { kind: "cut", after: 200_000, times: 1 });
    hub.fault("model.safetensors", { kind: "ignore-range" });
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    const part = await open().open("config.json", { from: 2, to: 7 });
    expect(await new Response(part.stream).text()).toBe(config.slice(2, 7));
  });
});

describe("a busy server", () => {
  test("is asked again after the time that it asks for, or after growing waits", async () => {
    await start();
    hub.fault("config.json", { kind: "status", status: 429, retryAfter: "7", times: 1 });
    hub.fault("config.json", { kind: "status", status: 500, times: 2 });
    expect(await open().readText("config.json")).toBe(config);
    expect(clock.waits).toEqual([7000, 2000, 4000]);
  });

  test("that asks for more patience than anybody has is given up at once", async () => {
    await start();
    hub.fault("config.json", { kind: "status", status: 429, retryAfter: "3600" });
    const error = await failure(open().readText("config.json"));
    expect(error.code).toBe("network");
    expect(error.message).toContain("429");
    expect(error.hint).toContain("3600 seconds");
    expect(clock.waits).toEqual([]);
  });

  test("that stays busy is given up", async () => {
    await start();
    hub.fault("api:tree", { kind: "status", status: 500 });
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("status 500") });
    expect(clock.waits).toEqual([500, 1500]);
  });
});

describe("content that is not what the hub lists", () => {
  test("is refused by its SHA-256 and removed", async () => {
    await start();
    hub.fault("model.safetensors", { kind: "changed", times: 1 });
    const error = await failure(open().readBytes("model.safetensors"));
    expect(error.code).toBe("network");
    expect(error.message).toContain(weightHash);
    expect(error.message).toContain(sha256(weights.map((byte) => byte ^ 1)));
    const folder = open();
    expect(await folder.entry("model.safetensors")).toMatchObject({ cachedBytes: 0 });
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
  });

  test("never hands out the last bytes of a wrong file", async () => {
    await start();
    hub.fault("model.safetensors", { kind: "changed" });
    const { stream } = await open().open("model.safetensors");
    const reader = stream.getReader();
    let came = 0;
    const error = await failure(
      (async () => {
        for (;;) came += (await reader.read()).value?.length ?? 0;
      })(),
    );
    expect(error.message).toContain("SHA-256");
    expect(came).toBeLessThan(weights.length);
  });

  test("is refused by git's name for small files", async () => {
    await start();
    hub.fault("config.json", { kind: "changed" });
    expect((await failure(open().readText("config.json"))).message).toContain("git blob SHA-1");
  });

  test("is found out when it was kept and then damaged", async () => {
    await start();
    hub.fault("model.safetensors", { kind: "changed", times: 1 });
    const { stream } = await open().open("model.safetensors", { to: 1000 });
    await new Response(stream).arrayBuffer();
    expect(await open().entry("model.safetensors")).toMatchObject({ cachedBytes: 1000 });
    expect((await failure(open().readBytes("model.safetensors"))).message).toContain("SHA-256");
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
  });

  test.each([1_000_000, 1_600_000])("is refused at once when it has %i bytes", async (bytes) => {
    await start();
    hub.fault("model.safetensors", { kind: "length", bytes });
    const error = await failure(open().readBytes("model.safetensors"));
    expect(error.code).toBe("network");
    expect(error.message).toContain(String(bytes));
    expect(error.message).toContain(String(weights.length));
    expect(clock.waits).toEqual([]);
  });
});

describe("what cannot be opened", () => {
  test("names both reasons for a repository that the hub does not show", async () => {
    await start();
    const error = await failure(open({ repository: "owner/absent" }).readText("config.json"));
    expect(error).toMatchObject({
      code: "not-found",
      message: expect.stringContaining("owner/absent, or it is private"),
    });
    const withToken = open({ repository: "owner/absent", accessToken: "hf_some" });
    expect(await failure(withToken.readText("config.json"))).toMatchObject({
      code: "not-found",
      hint: expect.stringContaining("token may read it"),
    });
  });

  test("says how to get at a gated repository", async () => {
    await start([{ repository, revisions: { main: files }, gated: true, readers: ["hf_reader"] }]);
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "not-found", message: expect.stringContaining("is gated") });
    expect(error.hint).toContain(`${hub.url}/${repository} and give an access token`);
    expect(error.hint).toContain("download the folder");
    const refused = await failure(open({ accessToken: "hf_other" }).readText("config.json"));
    expect(refused.hint).toContain("with the account of this token");
    expect(await open({ accessToken: " hf_reader\n" }).readText("config.json")).toBe(config);
  });

  test("names a missing revision and where to find others", async () => {
    await start();
    const error = await failure(open({ revision: "nightly" }).readText("config.json"));
    expect(error).toMatchObject({ code: "not-found", message: `${repository} has no revision "nightly".` });
  });

  test("names a file that is not there without asking for it", async () => {
    await start();
    const folder = open();
    expect(await failure(folder.readText("merges.txt"))).toMatchObject({ code: "not-found" });
    expect(hub.requests.some(({ place }) => place === "merges.txt")).toBe(false);
    expect(await failure(folder.readText("../config.json"))).toMatchObject({ code: "bad-input" });
  });

  test("says where the weights are when they are no safetensors", async () => {
    const others = new Map([
      ["config.json", config],
      ["pytorch_model.bin", "x"],
      ["onnx/model.safetensors", "x"],
    ]);
    await start([{ repository, revisions: { main: others } }]);
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining("pytorch_model.bin") });
  });

  test("says what an unreachable server can mean, after few tries", async () => {
    await start();
    const folder = openHubFolder({ repository, revision: null, hubUrl: "http://localhost:9" }, store, { clock });
    const error = await failure(folder.readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("localhost:9") });
    expect(error.hint).toContain("CORS");
    expect(clock.waits).toEqual([500, 1500]);
  });

  test("says when an address is no hub's", async () => {
    await start();
    const page = async () => new Response("<html>", { status: 200, headers: { "content-type": "text/html" } });
    const source = { repository, revision: null, hubUrl: "https://example.org" };
    const error = await failure(openHubFolder(source, store, { clock, fetch: page }).readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("https://example.org") });
  });
});

describe("an address of two parts that may be a plain folder's", () => {
  const slash = "with a slash at the end (https://my.site/models/smol/)";
  const ask = (answer: () => Promise<Response>, source: Partial<HubFolderSource> = {}) => {
    const named = { repository: "models/smol", revision: null, hubUrl: "https://my.site", ...source };
    return failure(openHubFolder(named, store, { clock, fetch: answer }).readText("config.json"));
  };
  const status = (code: number) => async () => new Response("<html>", { status: code });

  test.each([
    ["404", status(404)],
    ["403", status(403)],
    ["a page", status(200)],
    ["nothing that the page may read", async () => Promise.reject(new TypeError("Failed to fetch"))],
  ])("is called so when the server answers with %s", async (_, answer) => {
    await start();
    const error = await ask(answer);
    expect(error.message).toContain("my.site");
    expect(error.hint).toContain(slash);
    expect(error.hint).not.toContain("access token");
  });

  test("is a hub's where the hub says so, where a revision is named, and on the usual hub", async () => {
    await start();
    const headers = { "x-error-code": "RepoNotFound" };
    expect((await ask(async () => new Response("", { status: 404, headers }))).hint).toContain("access token");
    expect((await ask(status(404), { revision: "v2" })).hint).not.toContain("slash");
    expect((await ask(status(404), { hubUrl: null })).hint).not.toContain("slash");
    expect((await ask(status(200), { hubUrl: null })).hint).not.toContain("slash");
  });
});

describe("a hub that means no good", () => {
  const info = { id: repository, sha: "a".repeat(40), lastModified: "2025-01-01" };
  const answers = (tree: unknown, headers: Record<string, string> = {}) => {
    const asked: { url: string; authorization: string | null }[] = [];
    const fetch = async (url: string, init: RequestInit) => {
      asked.push({ url, authorization: new Headers(init.headers).get("authorization") });
      return Response.json(url.includes("/tree/") || !url.includes("/api/") ? tree : info, { headers });
    };
    const source = { repository, revision: null, hubUrl: "https://hub.example", accessToken: "hf_secret" };
    return { asked, folder: openHubFolder(source, store, { clock, fetch }) };
  };

  test("cannot list for ever, nor have the token sent elsewhere", async () => {
    await start();
    const item = { type: "file", path: "model.safetensors", size: 1, oid: "b".repeat(40) };
    const next = '<https://elsewhere.example/api/tree/?x>; rel="next"';
    const { asked, folder } = answers(Array(5000).fill(item), { link: next });
    expect(await failure(folder.has("config.json"))).toMatchObject({
      code: "network",
      message: expect.stringContaining("more than 20000 files"),
    });
    expect(asked.length).toBe(6);
    for (const { url, authorization } of asked) {
      expect(authorization).toBe(url.startsWith("https://hub.example/") ? "Bearer hf_secret" : null);
    }
  });

  test.each([
    ["no list", { error: "?" }],
    ["a path that leaves the folder", [{ type: "file", path: "../../x.safetensors", size: 1 }]],
    ["a negative size", [{ type: "file", path: "model.safetensors", size: -1 }]],
    ["a size that is none", [{ type: "file", path: "model.safetensors", size: "9" }]],
    ["nothing at all", [null]],
  ])("is refused when it answers with %s", async (_, tree) => {
    await start();
    const error = await failure(answers(tree).folder.has("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("https://hub.example") });
  });
});

describe("the access token", () => {
  test("goes to the hub and never to the CDN, nor into the store", async () => {
    await start([{ repository, revisions: { main: files }, gated: true, readers: ["hf_reader"] }]);
    const folder = open({ accessToken: "hf_reader" });
    for (const path of files.keys()) await folder.readBytes(path);
    const seen = (server: "hub" | "cdn") =>
      new Set(hub.requests.filter((request) => request.server === server).map(({ authorization }) => authorization));
    expect(seen("hub")).toEqual(new Set(["Bearer hf_reader"]));
    expect(seen("cdn")).toEqual(new Set([null]));
    for (const { key } of await store.list("")) {
      const text = new TextDecoder("latin1").decode(await store.read(key, 0, 2_000_000));
      expect(`${key} ${text}`).not.toContain("hf_reader");
    }
  });

  test.each([
    ["https://huggingface.co", "secret"],
    ["https://huggingface.co", "hf_with space"],
    ["http://hub.example.org", "hf_fine"],
  ])("is refused for %s when it is %j", async (hubUrl, accessToken) => {
    await start();
    expect(() => open({ hubUrl, accessToken })).toThrow(PivotscopeError);
  });
});

describe("a cancelled read", () => {
  test("stops the download, keeps what came and lets the next one go on", async () => {
    await start();
    const gate = hub.hold("model.safetensors");
    gate.allow(200_000);
    const cancel = new AbortController();
    const onProgress = (done: number) => {
      if (done >= 100_000) cancel.abort();
    };
    const error = await failure(open().readBytes("model.safetensors", onProgress, cancel.signal));
    expect(error.code).toBe("cancelled");
    const kept = (await open().entry("model.safetensors"))?.cachedBytes ?? 0;
    expect(kept).toBeGreaterThanOrEqual(100_000);
    gate.open();
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
  });

  test("ends at once while the server sends nothing", async () => {
    await start();
    const gate = hub.hold("model.safetensors");
    gate.allow(1000);
    const { stream } = await open().open("model.safetensors");
    const reader = stream.getReader();
    await reader.read();
    const pending = reader.read();
    await reader.cancel();
    expect((await pending).done).toBe(true);
    // The file is free again: another read may append to it.
    gate.open();
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    expect(await open().entry("model.safetensors")).toMatchObject({ cachedBytes: weights.length });
  });
});

describe("a store", () => {
  test("that is full does not stop a load, and the folder says so", async () => {
    await start();
    store = createMemoryStore("", 500_000);
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect(folder.note).toContain("no room left to keep model.safetensors");
    expect(await folder.readText("config.json")).toBe(config);
  });

  test("that becomes full while a file comes keeps what it has", async () => {
    await start();
    const memory = createMemoryStore("", 500_000);
    // Says yes to everything at first, as disks do.
    store = { ...memory, append: (key) => memory.append(key, 0) };
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect(folder.note).toContain("no room left");
    const kept = (await folder.entry("model.safetensors"))?.cachedBytes ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(500_000);
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
  });

  test("that another tab writes to leaves the file to it", async () => {
    await start();
    const gate = hub.hold("model.safetensors");
    gate.allow(1000);
    const first = (await open().open("model.safetensors")).stream.getReader();
    await first.read();
    await gate.reached(1000);
    gate.open();
    const other = open();
    expect(sha256(await other.readBytes("model.safetensors"))).toBe(weightHash);
    expect(other.note).toContain("Another tab is fetching model.safetensors");
    for (let part = await first.read(); !part.done; part = await first.read());
    expect(await open().entry("model.safetensors")).toMatchObject({ cachedBytes: weights.length });
    expect((await listModels(store))[0]).toMatchObject({ unfinished: [] });
  });

  test("that fails in every way does not stop a load", async () => {
    await start();
    const broken = () => Promise.reject(new Error("The disk is on fire."));
    store = { ...store, size: broken, read: broken, append: broken, write: broken, remove: broken, list: broken };
    const folder = open();
    expect(await folder.readText("config.json")).toBe(config);
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
  });
});
