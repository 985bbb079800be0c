import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ModelSource } from "../../models/model-source.ts";
import { type HubServer, startHubServer } from "../../models/testing/hub-server.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { LoadProgress } from "../contract.ts";
import { createNodeEngine } from "../node-engine.ts";
import { openNodePlace } from "../node-places.ts";

const repository = "owner/scenes";
let hub: HubServer;
let cache: string;
let source: ModelSource;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "pivotscope-cache-"));
  process.env.PIVOTSCOPE_CACHE = cache;
  const files = `${projectRoot}/public/models/scenes`;
  hub = await startHubServer({ models: [{ repository, revisions: { main: files } }] });
  source = { kind: "hub", name: repository, repository, revision: null, hubUrl: hub.url };
});
afterEach(async () => {
  delete process.env.PIVOTSCOPE_CACHE;
  delete process.env.HF_ENDPOINT;
  await hub.close();
  await rm(cache, { recursive: true });
});

/** What of each file was sent, in bytes. */
function sentBytes() {
  const sent = new Map<string, number>();
  for (const request of hub.requests) sent.set(request.place, (sent.get(request.place) ?? 0) + request.sent);
  return sent;
}

test("a model of a hub is looked at and loaded with every byte fetched once, and later from the disk", async () => {
  const engine = createNodeEngine();
  const needs = await engine.inspect(source, { backend: "cpu" });
  const stages: LoadProgress[] = [];
  const summary = await engine.load(source, { backend: "cpu" }, { onProgress: (progress) => stages.push(progress) });
  await engine.dispose();
  expect(summary.name).toBe(repository);
  for (const { path, bytes } of needs.files) expect([path, sentBytes().get(path)]).toEqual([path, bytes]);
  expect(stages.at(-1)).toMatchObject({ stage: "weights" });

  hub.forgetRequests();
  const second = createNodeEngine();
  expect(await second.inspect(source, { backend: "cpu" })).toMatchObject({ bytesToFetch: 0 });
  expect((await second.load(source, { backend: "cpu" })).weightHash).toBe(summary.weightHash);
  await second.dispose();
  expect(hub.requests.map(({ place }) => place)).toEqual(["api:info"]);
});

test("the command line names a hub's repository with hub:", async () => {
  process.env.HF_ENDPOINT = hub.url;
  const folder = await openNodePlace(`hub:${repository}@main`);
  expect(folder.name).toBe(repository);
  expect(JSON.parse(await folder.readText("config.json"))).toMatchObject({ model_type: expect.any(String) });
  await expect(openNodePlace("hub:nonsense")).rejects.toMatchObject({ code: "bad-input" });
});
