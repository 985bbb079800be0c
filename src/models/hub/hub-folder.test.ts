import { describe, expect, test } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { listModels, removeModel } from "../cache/repository-cache.ts";
import { failure } from "../testing/failure.ts";
import { config, files, repository, startHubFolder, weightHash, weights } from "../testing/hub-folder.ts";
import { sha256 } from "../testing/sha256.ts";
import { openHubFolder } from "./hub-folder.ts";

describe("a repository", () => {
  test("is read at the commit that its revision stands for, whatever is pushed meanwhile", async () => {
    const { hub, open } = await startHubFolder();
    const folder = open();
    expect(await folder.readText("config.json")).toBe(config);
    const commit = hub.commit(repository);
    expect(folder.version).toBe(commit);
    await hub.push(repository, "main", new Map([...files, ["tokenizer.json", "changed"]]));
    expect(await folder.readText("tokenizer.json")).toBe('{"version":"1.0"}');
    expect(await open().readText("tokenizer.json")).toBe("changed");
    expect(hub.requests.every(({ url }) => !url.includes("/resolve/main"))).toBe(true);
  });

  test("may hold its checkpoint in a folder, of which nothing else is seen", async () => {
    const inner = [...files].map(([path, content]) => [`runs/checkpoint 5/${path}`, content] as const);
    const main = new Map([...inner, ["config.json", "not this one"], ["README.md", "x"]]);
    const { hub, open } = await startHubFolder({ models: [{ repository, revisions: { main } }] });
    const folder = open({ folder: "runs/checkpoint 5" });
    expect(folder.name).toBe(`${repository}/runs/checkpoint 5`);
    expect(await folder.readText("config.json")).toBe(config);
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect(await folder.knownHash?.("model.safetensors")).toBe(weightHash);
    expect(new Set(await folder.list?.())).toEqual(new Set(files.keys()));
    expect(await folder.has("README.md")).toBe(false);
    expect(await failure(folder.readText("README.md"))).toMatchObject({
      code: "not-found",
      message: expect.stringContaining(`is not in ${repository}/runs/checkpoint 5`),
    });
    hub.forgetRequests();
    expect(await open({ folder: "runs/checkpoint 5" }).readText("config.json")).toBe(config);
    expect(hub.requests.map(({ place }) => place)).toEqual(["api:info"]);
  });

  test("names the folders that hold checkpoints where it is none itself, and those that it has", async () => {
    const main = new Map([...files].map(([path, content]) => [`run/a/${path}`, content] as const));
    const { open } = await startHubFolder({ models: [{ repository, revisions: { main } }] });
    expect(await failure(open().readText("config.json"))).toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/no config\.json itself; there is one in run\/a\.$/),
      hint: expect.stringContaining(`${repository}/run/a`),
    });
    expect(await failure(open({ folder: "run/b" }).readText("config.json"))).toMatchObject({
      code: "not-found",
      message: expect.stringContaining('has no folder "run/b" in this revision; it has run/a.'),
    });
  });

  test("names a model that is there in GGUF only", async () => {
    const main = new Map([["model-Q4_K_M.gguf", "GGUF"]]);
    const { open } = await startHubFolder({ models: [{ repository, revisions: { main } }] });
    expect(await failure(open().readText("config.json"))).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("model-Q4_K_M.gguf, which is GGUF"),
    });
  });

  test("has two revisions side by side", async () => {
    const old = new Map([...files, ["config.json", "old"]]);
    const { hub, open } = await startHubFolder({ models: [{ repository, revisions: { main: files, "v1.0": old } }] });
    expect(await open({ revision: "v1.0" }).readText("config.json")).toBe("old");
    expect(await open().readText("config.json")).toBe(config);
    const byCommit = open({ revision: hub.commit(repository, "v1.0") });
    hub.forgetRequests();
    expect(await byCommit.readText("config.json")).toBe("old");
    expect(hub.requests).toEqual([]);
  });

  test("tells sizes, what is kept, and the hash of large files", async () => {
    const { open, downloads } = await startHubFolder();
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
    const { hub, open } = await startHubFolder();
    for (const path of files.keys()) await open().readBytes(path);
    hub.forgetRequests();
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect((await folder.open("model.safetensors")).origin).toBe("cache");
    expect(await folder.readText("config.json")).toBe(config);
    expect(hub.requests.map(({ place }) => place)).toEqual(["api:info"]);
  });

  test("is loaded from what is kept while the hub cannot be reached", async () => {
    const { hub, open } = await startHubFolder();
    for (const path of files.keys()) await open().readBytes(path);
    hub.fault("api:info", { kind: "status", status: 503 });
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect(folder.note).toContain("could not be asked for the newest version");
    expect(folder.note).toContain(hub.commit(repository).slice(0, 7));
  });

  test("fetches again only what a new commit changed, and keeps what two commits share until both are removed", async () => {
    const { hub, open, store, downloads } = await startHubFolder();
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
    const { open } = await startHubFolder();
    const folder = open();
    const { stream } = await folder.open("model.safetensors", { from: 5000, to: 5100 });
    expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(weights.slice(5000, 5100));
    expect(await folder.entry("model.safetensors")).toMatchObject({ cachedBytes: 0 });
  });
});

describe("what cannot be opened", () => {
  test("names both reasons for a repository that the hub does not show", async () => {
    const { open } = await startHubFolder();
    const error = await failure(open({ repository: "owner/absent" }).readText("config.json"));
    expect(error).toMatchObject({
      code: "not-found",
      message: expect.stringContaining("owner/absent, or it is private"),
    });
    const withToken = open({ repository: "owner/absent", accessToken: "some-token" });
    expect(await failure(withToken.readText("config.json"))).toMatchObject({
      code: "not-found",
      hint: expect.stringContaining("token may read it"),
    });
  });

  test("says how to get at a gated repository", async () => {
    const { hub, open } = await startHubFolder({
      models: [{ repository, revisions: { main: files }, gated: true, readers: ["reader-token"] }],
    });
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "not-found", message: expect.stringContaining("is gated") });
    expect(error.hint).toContain(`${hub.url}/${repository} and give an access token`);
    expect(error.hint).toContain("download the folder");
    const refused = await failure(open({ accessToken: "other-token" }).readText("config.json"));
    expect(refused.hint).toContain("with the account of this token");
    expect(await open({ accessToken: " reader-token\n" }).readText("config.json")).toBe(config);
  });

  test("names a missing revision and where to find others", async () => {
    const { open } = await startHubFolder();
    const error = await failure(open({ revision: "nightly" }).readText("config.json"));
    expect(error).toMatchObject({ code: "not-found", message: `${repository} has no revision "nightly".` });
  });

  test("names a file that is not there without asking for it", async () => {
    const { hub, open } = await startHubFolder();
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
    const { open } = await startHubFolder({ models: [{ repository, revisions: { main: others } }] });
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining("pytorch_model.bin") });
  });

  test("says what an unreachable server can mean, after few tries", async () => {
    const { store, clock } = await startHubFolder();
    const folder = openHubFolder({ repository, revision: null, hubUrl: "http://localhost:9" }, store, { clock });
    const error = await failure(folder.readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("localhost:9") });
    expect(error.hint).toContain("CORS");
    expect(clock.waits).toEqual([500, 1500]);
  });

  test("says when an address is no hub's", async () => {
    const { store, clock } = await startHubFolder();
    const page = async () => new Response("<html>", { status: 200, headers: { "content-type": "text/html" } });
    const source = { repository, revision: null, hubUrl: "https://example.org" };
    const error = await failure(openHubFolder(source, store, { clock, fetch: page }).readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("https://example.org") });
  });
});

describe("the access token", () => {
  test("goes to the hub and never to the CDN, nor into the store", async () => {
    const { hub, open, store } = await startHubFolder({
      models: [{ repository, revisions: { main: files }, gated: true, readers: ["reader-token"] }],
    });
    const folder = open({ accessToken: "reader-token" });
    for (const path of files.keys()) await folder.readBytes(path);
    const seen = (server: "hub" | "cdn") =>
      new Set(hub.requests.filter((request) => request.server === server).map(({ authorization }) => authorization));
    expect(seen("hub")).toEqual(new Set(["Bearer reader-token"]));
    expect(seen("cdn")).toEqual(new Set([null]));
    for (const { key } of await store.list("")) {
      const text = new TextDecoder("latin1").decode(await store.read(key, 0, 2_000_000));
      expect(`${key} ${text}`).not.toContain("reader-token");
    }
  });

  test.each([
    ["https://huggingface.co", "secret"],
    ["https://huggingface.co", "hf_with space"],
    ["https://hub.example.org", "with space"],
    ["http://hub.example.org", "fine"],
    ["https://hub.example.org", "hf_fine"],
    ["https://huggingface.co.example.org", " hf_fine"],
    ["http://huggingface.co", "hf_fine"],
    ["https://huggingface.co:8443", "hf_fine"],
  ])("is refused for %s when it is %j", async (hubUrl, accessToken) => {
    const { open } = await startHubFolder();
    expect(() => open({ hubUrl, accessToken })).toThrow(PivotscopeError);
  });
});
