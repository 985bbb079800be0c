import { downloadFile, fileDownloadInfo, listFiles, modelInfo, pathsInfo } from "@huggingface/hub";
import { afterEach, expect, test } from "vitest";
import { type HubServer, startHubServer } from "./hub-server.ts";

const repository = "owner/name";
const weights = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251);
const files = new Map<string, Uint8Array | string>([
  ["config.json", '{"a":1}'],
  ["folder/note.txt", "héllo"],
  ["model.safetensors", weights],
]);
let hub: HubServer;
afterEach(() => hub.close());

test("the hub's own client lists, describes and downloads files of the test hub", async () => {
  hub = await startHubServer({ models: [{ repository, revisions: { main: files } }], pageSize: 2 });
  const from = { repo: repository, hubUrl: hub.url };
  const info = await modelInfo({ name: repository, hubUrl: hub.url, additionalFields: ["sha"] });
  expect(info.sha).toBe(hub.commit(repository));
  const entries = [];
  for await (const entry of listFiles({ ...from, revision: info.sha, recursive: true })) entries.push(entry);
  expect(entries.map(({ path, size }) => [path, size])).toEqual([
    ["config.json", 7],
    ["folder/note.txt", 6],
    ["model.safetensors", 300_000],
  ]);
  // What git itself gives for {"a":1} without a line end.
  expect(entries[0]?.oid).toBe("daa5053ecf5f9a37b2de733d0751cc1ab53ac010");
  const paths = await pathsInfo({ ...from, paths: ["model.safetensors"] });
  expect(paths[0]?.lfs?.size).toBe(300_000);
  expect((await fileDownloadInfo({ ...from, path: "config.json" }))?.size).toBe(7);
  const blob = await downloadFile({ ...from, path: "model.safetensors", xet: false });
  expect(new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(weights);
  expect(await downloadFile({ ...from, path: "absent.txt" })).toBeNull();
});

test("faults strike as often as they are told to", async () => {
  hub = await startHubServer({ models: [{ repository, revisions: { main: files } }] });
  const address = `${hub.url}/${repository}/resolve/main/model.safetensors`;
  hub.fault("model.safetensors", { kind: "status", status: 500, times: 1 });
  hub.fault("model.safetensors", { kind: "cut", after: 1000, times: 1 });
  expect((await fetch(address)).status).toBe(500);
  const cut = await fetch(address);
  await expect(cut.arrayBuffer()).rejects.toThrow();
  expect(hub.requests.at(-1)).toMatchObject({ server: "cdn", sent: 1000, place: "model.safetensors" });
  expect((await (await fetch(address)).arrayBuffer()).byteLength).toBe(300_000);
});

test("a held body passes only as far as its gate allows", async () => {
  hub = await startHubServer({ models: [{ repository, revisions: { main: files } }] });
  const gate = hub.hold("model.safetensors");
  gate.allow(5);
  const response = await fetch(`${hub.url}/${repository}/resolve/main/model.safetensors`);
  await gate.reached(5);
  expect(gate.passed).toBe(5);
  gate.open();
  expect((await response.arrayBuffer()).byteLength).toBe(300_000);
});

test("strangers learn neither of hidden repositories nor the content of gated ones", async () => {
  const readers = ["hf_reader"];
  hub = await startHubServer({
    models: [
      { repository, revisions: { main: files }, gated: true, readers },
      { repository: "owner/secret", revisions: { main: files }, hidden: true, readers },
    ],
  });
  const status = async (path: string, token?: string) =>
    (await fetch(`${hub.url}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {})).status;
  expect(await status("/api/models/owner/secret/revision/HEAD")).toBe(401);
  expect(await status("/api/models/owner/absent/revision/HEAD")).toBe(401);
  expect(await status("/api/models/owner/secret/revision/HEAD", "hf_reader")).toBe(200);
  expect(await status("/owner/name/resolve/main/config.json")).toBe(401);
  expect(await status("/owner/name/resolve/main/config.json", "hf_other")).toBe(403);
  expect(await status("/owner/name/resolve/main/config.json", "hf_reader")).toBe(200);
});

test("answers of the API can be cut off, and origins be kept out", async () => {
  hub = await startHubServer({ models: [{ repository, revisions: { main: files } }] });
  const info = `${hub.url}/api/models/${repository}/revision/main`;
  hub.fault("api:info", { kind: "cut", after: 10, times: 1 });
  await expect((await fetch(info)).text()).rejects.toThrow();
  expect(hub.requests.at(-1)).toMatchObject({ place: "api:info", status: 200, sent: 10 });
  expect((await fetch(info)).headers.get("access-control-allow-origin")).not.toBeNull();
  hub.fault("api:info", { kind: "no-cors" });
  hub.fault("model.safetensors", { kind: "no-cors", at: "cdn" });
  expect((await fetch(info)).headers.get("access-control-allow-origin")).toBeNull();
  const address = `${hub.url}/${repository}/resolve/main/model.safetensors`;
  const redirect = await fetch(address, { redirect: "manual" });
  expect(redirect.headers.get("access-control-allow-origin")).not.toBeNull();
  const file = await fetch(address);
  expect(file.headers.get("access-control-allow-origin")).toBeNull();
  expect((await file.arrayBuffer()).byteLength).toBe(300_000);
});
