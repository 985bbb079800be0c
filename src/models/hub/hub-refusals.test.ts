// @module-tag attack
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../cache/memory-store.ts";
import { failure } from "../testing/failure.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { files, repository, startHubFolder } from "../testing/hub-folder.ts";
import { type HubFolderSource, openHubFolder } from "./hub-folder.ts";

describe("an address of two parts that may be a plain folder's", () => {
  const slash = "with a slash at the end (https://my.site/models/smol/)";
  const ask = (answer: () => Promise<Response>, source: Partial<HubFolderSource> = {}) => {
    const named = { repository: "models/smol", revision: null, hubUrl: "https://my.site", ...source };
    return failure(
      openHubFolder(named, createMemoryStore(), { clock: createFakeClock(), fetch: answer }).readText("config.json"),
    );
  };
  const status = (code: number) => async () => new Response("<html>", { status: code });

  test.each([
    ["404", status(404)],
    ["403", status(403)],
    ["a page", status(200)],
    ["nothing that the page may read", async () => Promise.reject(new TypeError("Failed to fetch"))],
  ])("is called so when the server answers with %s", async (_, answer) => {
    const error = await ask(answer);
    expect(error.message).toContain("my.site");
    expect(error.hint).toContain(slash);
    expect(error.hint).not.toContain("access token");
  });

  test("is a hub's where the hub says so, where a revision is named, and on the usual hub", async () => {
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
    const source = { repository, revision: null, hubUrl: "https://hub.example", accessToken: "secret" };
    return { asked, folder: openHubFolder(source, createMemoryStore(), { clock: createFakeClock(), fetch }) };
  };

  test("cannot list for ever, nor have the token sent elsewhere", async () => {
    const item = { type: "file", path: "model.safetensors", size: 1, oid: "b".repeat(40) };
    const next = '<https://elsewhere.example/api/tree/?x>; rel="next"';
    const { asked, folder } = answers(Array(5000).fill(item), { link: next });
    expect(await failure(folder.has("config.json"))).toMatchObject({
      code: "network",
      message: expect.stringContaining("more than 20000 files"),
    });
    expect(asked.length).toBe(6);
    for (const { url, authorization } of asked) {
      expect(authorization).toBe(url.startsWith("https://hub.example/") ? "Bearer secret" : null);
    }
  });

  test.each([
    ["no list", { error: "?" }],
    ["a path that leaves the folder", [{ type: "file", path: "../../x.safetensors", size: 1 }]],
    ["a negative size", [{ type: "file", path: "model.safetensors", size: -1 }]],
    ["a size that is none", [{ type: "file", path: "model.safetensors", size: "9" }]],
    ["nothing at all", [null]],
  ])("is refused when it answers with %s", async (_, tree) => {
    const error = await failure(answers(tree).folder.has("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("https://hub.example") });
  });

  test("cannot give page after page without a file", async () => {
    const { asked, folder } = answers([], { link: '<https://hub.example/api/tree/?x>; rel="next"' });
    expect(await failure(folder.has("config.json"))).toMatchObject({
      code: "network",
      message: expect.stringContaining("more than 1000 answers"),
    });
    expect(asked.length).toBe(1001);
  });

  test("cannot answer without an end", async () => {
    let sent = 0;
    const pull = (controller: ReadableStreamDefaultController) => {
      sent += 1_000_000;
      controller.enqueue(new Uint8Array(1_000_000).fill(32));
    };
    const source = { repository, revision: null, hubUrl: "https://hub.example" };
    const folder = openHubFolder(source, createMemoryStore(), {
      clock: createFakeClock(),
      fetch: async () => new Response(new ReadableStream({ pull })),
    });
    expect((await failure(folder.has("config.json"))).message).toContain("more than 64.0 MB");
    expect(sent).toBeLessThan(70_000_000);
  });

  test.each(["config.json", "tokenizer.json"])("cannot give a %s without an end, whatever it lists", async (path) => {
    const { hub, open } = await startHubFolder();
    hub.fault(path, { kind: "endless" });
    expect(await open().readBytes(path)).toHaveLength(files.get(path)?.length ?? 0);
    const { hub: other, open: openOther } = await startHubFolder();
    other.fault(path, { kind: "listed", bytes: 3_200_000_000 });
    other.fault(path, { kind: "endless" });
    expect(await failure(openOther().readBytes(path))).toMatchObject({
      code: "bad-checkpoint",
      message: expect.stringMatching(new RegExp(`^${path}: at most (4|64)\\.0 MB .*3\\.20 GB`)),
    });
    expect(other.requests.filter(({ place }) => place === path)).toEqual([]);
  });
});
