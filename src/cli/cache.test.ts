/** What the command line keeps of hubs' models, from the outside. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HubServer, startHubServer } from "../models/testing/hub-server.ts";
import { scenePicture } from "../testing/scene-picture.ts";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";

const bundled = join(projectRoot, "public", "models", "scenes");
const WEIGHTS = "model.safetensors";

let hub: HubServer;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pivotscope-cache-"));
  hub = await startHubServer({
    models: [
      { repository: "test/scenes", revisions: { main: bundled } },
      { repository: "test/gated", revisions: { main: bundled }, gated: true, readers: ["a-token"] },
    ],
  });
  process.env.PIVOTSCOPE_CACHE = folder;
  process.env.HF_ENDPOINT = hub.url;
});

afterEach(async () => {
  for (const name of ["PIVOTSCOPE_CACHE", "HF_ENDPOINT", "HF_TOKEN"]) delete process.env[name];
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const generate = (model = "hub:test/scenes") =>
  runCaptured(["generate", "--model", model, "--image", scenePicture, "--question", "Which object is lowest?"]);
const weightRequests = () => hub.requests.filter(({ server, place }) => server === "cdn" && place === WEIGHTS);

describe("the cache", () => {
  it("is listed, and a model or everything removed", async () => {
    expect(await runCaptured(["cache"])).toMatchObject({ code: 0, output: `0 B in ${folder}\n` });
    await generate();
    const short = hub.commit("test/scenes").slice(0, 7);
    const { output } = await runCaptured(["cache"]);
    expect(output).toMatch(
      new RegExp(`^6\\.\\d MB  complete  \\d{4}-\\d\\d-\\d\\d  test/scenes@${short}  main\n6\\.\\d MB in `),
    );
    expect(await runCaptured(["cache", "--remove", "test/none"])).toMatchObject({
      code: 1,
      output: "",
      errors: expect.stringContaining('Nothing is kept of "test/none"'),
    });
    expect((await runCaptured(["cache", "--remove", "test/scenes@other"])).code).toBe(1);
    const removed = await runCaptured(["cache", "--remove", `hub:test/scenes@${short}`]);
    expect(removed.output).toContain(`test/scenes@${short}`);
    expect((await runCaptured(["cache"])).output).toBe(`0 B in ${folder}\n`);
    await generate();
    // Of another hub, the name says which.
    delete process.env.HF_ENDPOINT;
    expect((await runCaptured(["cache"])).output).toContain(`  ${hub.url}/test/scenes@${short}  `);
    expect((await runCaptured(["cache", "--clear"])).output).toMatch(/^Removed:\n/);
    expect(
      await readdir(folder, { recursive: true }).then((left) => left.filter((path) => /\w{40}/.test(path))),
    ).toEqual([]);
    expect((await runCaptured(["cache", "--clear"])).output).toBe("Nothing was kept.\n");
    expect((await runCaptured(["cache", "--clear", "--remove", "x/y"])).code).toBe(2);
  });

  it("survives one wrong answer of the content network", async () => {
    hub.fault(WEIGHTS, { kind: "changed", times: 1 });
    const answer = await generate();
    expect(answer).toMatchObject({ code: 0, output: expect.stringContaining("Final Answer") });
    hub.fault(WEIGHTS, { kind: "page", at: "cdn" });
    expect(await generate()).toEqual(answer);
    await runCaptured(["cache", "--clear"]);
    const refused = await generate();
    expect(refused).toMatchObject({ code: 1, output: "", errors: expect.stringContaining("A web page came from") });
    hub.clearFaults();
    expect(await generate()).toEqual(answer);
  });

  it("does not give a file that changed on the disk the hub's hash", async () => {
    const answer = await generate();
    const kept = await readdir(folder, { recursive: true });
    const path = join(folder, kept.find((name) => /files[/\\]sha256-\w+$/.test(name)) ?? "");
    const bytes = await readFile(path);
    bytes[5_000_000] = (bytes[5_000_000] ?? 0) ^ 64;
    await writeFile(path, bytes);
    hub.forgetRequests();
    expect(await generate()).toEqual(answer);
    expect(weightRequests().length).toBeGreaterThan(0);
  });
});

describe("the access token of the environment", () => {
  it("goes to the hub that it is for", async () => {
    process.env.HF_TOKEN = "a-token";
    expect(await generate("hub:test/gated")).toMatchObject({ code: 0 });
    process.env.HF_TOKEN = "hf_secret";
    await runCaptured(["cache", "--clear"]);
    hub.forgetRequests();
    expect(await generate("hub:test/scenes")).toMatchObject({ code: 0 });
    expect(await generate("hub:test/gated")).toMatchObject({ code: 1, errors: expect.stringContaining("is gated") });
    expect(hub.requests.filter(({ authorization }) => authorization !== null)).toEqual([]);
  });
});
