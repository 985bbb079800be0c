/**
 * What is kept of a hub and was wrong when it came, or has become so since: it must not stand in the way for ever.
 *
 * @module-tag attack
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createMemoryStore } from "../cache/memory-store.ts";
import { createNodeStore } from "../cache/node-store.ts";
import { listModels } from "../cache/repository-cache.ts";
import { openWeights } from "../open-weights.ts";
import { type CheckpointFolder, readTwice } from "../source.ts";
import { failure } from "../testing/failure.ts";
import { config, files, repository, startHubFolder, weightHash } from "../testing/hub-folder.ts";
import { sha256 } from "../testing/sha256.ts";
import { countingTensor, writeSafetensors } from "../testing/write-safetensors.ts";

const PATH = "model.safetensors";
const tensors = writeSafetensors([countingTensor("model.norm", "F32", [100_000])]);
const models = [{ repository, revisions: { main: new Map([...files, [PATH, tensors]]) } }];
const look = (folder: CheckpointFolder) => readTwice(folder, () => openWeights(folder));
/** What whoever loads a model does: headers, then everything. */
const load = (folder: CheckpointFolder) =>
  readTwice(folder, async () => {
    const weights = await openWeights(folder);
    return weights.read({ names: new Set(weights.tensors.keys()), onTensor: () => undefined });
  });

describe("a wrong beginning of a file", () => {
  // Of the header's length, of its text, and of the numbers behind it.
  test.each([8, 12, 20_000])("is fetched once more (byte %i)", async (byte) => {
    const { hub, open, downloads } = await startHubFolder({ models });
    hub.fault(PATH, { kind: "flip", byte, times: 1 });
    expect(await load(open())).toBe(sha256(tensors));
    expect(downloads(PATH).length).toBeGreaterThan(1);
    hub.forgetRequests();
    expect(await load(open())).toBe(sha256(tensors));
    expect(downloads(PATH)).toEqual([]);
  });

  test("that comes wrong again is asked for again by the next try", async () => {
    const { hub, open, downloads } = await startHubFolder({ models });
    hub.fault(PATH, { kind: "flip", byte: 8, times: 2 });
    expect(await failure(look(open()))).toMatchObject({ code: "bad-checkpoint" });
    expect(downloads(PATH)).toHaveLength(2);
    expect(await open().entry(PATH)).toMatchObject({ cachedBytes: 0 });
    expect((await look(open())).tensors.size).toBe(1);
    expect(downloads(PATH)).toHaveLength(3);
  });

  test("is not looked for in what is whole and right", async () => {
    const senseless = new Uint8Array(200_000).fill(123);
    const main = new Map([...files, [PATH, senseless]]);
    const { open, downloads } = await startHubFolder({ models: [{ repository, revisions: { main } }] });
    await open().readBytes(PATH);
    expect(await failure(look(open()))).toMatchObject({ code: "bad-checkpoint" });
    expect(downloads(PATH)).toHaveLength(1);
  });

  test("stays where the failure is another's", async () => {
    const { hub, open, downloads } = await startHubFolder({ models });
    await look(open());
    hub.fault(PATH, { kind: "status", status: 503 });
    expect(await failure(load(open()))).toMatchObject({ code: "network", resumable: true });
    hub.clearFaults();
    hub.forgetRequests();
    expect(await load(open())).toBe(sha256(tensors));
    expect(downloads(PATH)[0]?.range).not.toMatch(/^bytes=0-/);
  });
});

describe("a sign-in page in a file's place", () => {
  test.each([
    ["hub", true],
    ["hub", false],
    ["cdn", true],
    ["cdn", false],
  ] as const)("is never kept (at the %s, its length announced: %s)", async (at, announced) => {
    const { hub, open, store } = await startHubFolder();
    hub.fault(PATH, { kind: "page", at, announced, times: 1 });
    const folder = open();
    expect(await failure(folder.readBytes(PATH))).toMatchObject({
      code: "network",
      message: expect.stringContaining(`in place of ${PATH}`),
      hint: expect.stringContaining("sign-in page"),
    });
    expect(await folder.entry(PATH)).toMatchObject({ cachedBytes: 0 });
    const contents = await Promise.all((await store.list("")).map(({ key, bytes }) => store.read(key, 0, bytes)));
    expect(contents.map((bytes) => new TextDecoder("latin1").decode(bytes)).join()).not.toContain("<!doctype");
    expect(sha256(await open().readBytes(PATH))).toBe(weightHash);
  });

  test.each(["api:info", "api:tree"])("and in that of an answer to %s", async (place) => {
    const { hub, open } = await startHubFolder();
    hub.fault(place, { kind: "page", times: 1 });
    expect((await failure(open().readText("config.json"))).hint).toContain("sign-in page");
    expect(await open().readText("config.json")).toBe(config);
  });
});

test("a file that comes without its length is used and not kept", async () => {
  const { hub, open } = await startHubFolder();
  hub.fault(PATH, { kind: "unannounced", times: 1 });
  const folder = open();
  expect(sha256(await folder.readBytes(PATH))).toBe(weightHash);
  expect(folder.note).toContain(`${PATH} came without its length`);
  expect(await open().entry(PATH)).toMatchObject({ cachedBytes: 0 });
});

describe("a wrong list of files", () => {
  test("that was kept is asked for again", async () => {
    const { hub, open } = await startHubFolder({ models });
    hub.fault(PATH, { kind: "listed", bytes: tensors.length - 1, times: 1 });
    const first = await failure(look(open()));
    expect(first.message).toContain(`a file of ${tensors.length.toLocaleString("en-US")} bytes`);
    hub.forgetRequests();
    expect((await look(open())).tensors.size).toBe(1);
    expect(hub.requests.filter(({ place }) => place === "api:tree")).toHaveLength(1);
  });

  test("is not taken away while the hub cannot be reached", async () => {
    const { hub, open } = await startHubFolder({ models });
    await load(open());
    hub.fault("api:info", { kind: "status", status: 503 });
    hub.fault("api:tree", { kind: "status", status: 503 });
    const folder = open();
    expect(await failure(readTwice(folder, () => folder.readText("absent.json")))).toMatchObject({ code: "not-found" });
    expect(await load(open())).toBe(sha256(tensors));
  });

  test("does not make a commit that the hub does not know the newest", async () => {
    const { hub, open } = await startHubFolder({ models });
    await load(open());
    await hub.push(repository, "main", new Map([...files, [PATH, tensors], ["new.json", "{}"]]));
    hub.fault("api:tree", { kind: "status", status: 404, code: "RevisionNotFound" });
    await failure(open().readText("config.json"));
    hub.fault("api:info", { kind: "status", status: 503 });
    expect(await load(open())).toBe(sha256(tensors));
  });
});

describe("a kept file that changed on the disk", () => {
  const prepare = async () => {
    const folder = await mkdtemp(join(tmpdir(), "pivotscope-trust-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const store = createNodeStore(folder);
    const started = await startHubFolder({ models, store });
    await started.open().readText("config.json");
    await load(started.open());
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const kept = entries.find(({ name, parentPath }) => name.startsWith("sha256-") && parentPath.endsWith("files"));
    const path = join(kept?.parentPath ?? "", kept?.name ?? "");
    return { ...started, store, path };
  };

  test.each([12, 300_000])("does not go under the hub's hash (byte %i)", async (byte) => {
    const { open, path, downloads } = await prepare();
    const bytes = await readFile(path);
    bytes[byte] = (bytes[byte] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await load(open())).toBe(sha256(tensors));
    expect(sha256(await readFile(path))).toBe(sha256(tensors));
    expect(downloads(PATH).length).toBeGreaterThan(1);
  });

  test("is removed with its mark where no other can be had", async () => {
    const { hub, open, path, store } = await prepare();
    const bytes = await readFile(path);
    bytes[300_000] = (bytes[300_000] ?? 0) ^ 1;
    await writeFile(path, bytes);
    hub.fault(PATH, { kind: "status", status: 503 });
    expect(await failure(load(open()))).toMatchObject({ code: "network" });
    expect((await listModels(store))[0]?.unfinished).toEqual([PATH]);
  });
});

test("a wrong file that came at once is not fetched a second time by itself", async () => {
  const { hub, open, downloads } = await startHubFolder({ models, store: createMemoryStore("", 100_000) });
  hub.fault(PATH, { kind: "flip", byte: 300_000 });
  expect((await failure(load(open()))).message).toContain("SHA-256");
  expect(downloads(PATH).filter(({ range }) => range?.endsWith(`-${tensors.length - 1}`))).toHaveLength(1);
});
