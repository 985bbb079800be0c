/**
 * Transfers in which nothing comes any more, by a clock that the test moves.
 *
 * @module-tag attack
 */
import { describe, expect, test } from "vitest";
import { failure } from "../testing/failure.ts";
import { config, startHubFolder, weightHash, weights } from "../testing/hub-folder.ts";
import { sha256 } from "../testing/sha256.ts";

const PATH = "model.safetensors";
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Reads the file whose transfer stops after `bytes`, and says when they have come and the next are waited for. */
async function readUntil(folder: ReturnType<Awaited<ReturnType<typeof startHubFolder>>["open"]>, bytes: number) {
  let arrived = () => {};
  const here = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const reading = folder.readBytes(PATH, (done) => done >= bytes && arrived());
  await here;
  return { reading };
}

describe("a transfer that stalls", () => {
  test("for half a minute is taken up where it stopped", async () => {
    const { hub, open, clock, downloads } = await startHubFolder();
    hub.fault(PATH, { kind: "stall", after: 400_000, times: 1 });
    const { reading } = await readUntil(open(), 400_000);
    await clock.armed();
    clock.elapse(30_000);
    expect(sha256(await reading)).toBe(weightHash);
    expect(downloads(PATH).map(({ range }) => range)).toEqual([
      `bytes=0-${weights.length - 1}`,
      `bytes=400000-${weights.length - 1}`,
    ]);
    expect(clock.waits).toEqual([1000]);
  });

  test("for less is waited for", async () => {
    const { hub, open, clock, downloads } = await startHubFolder();
    const gate = hub.hold(PATH);
    gate.allow(400_000);
    const { reading } = await readUntil(open(), 400_000);
    await clock.armed();
    clock.elapse(29_999);
    gate.open();
    expect(sha256(await reading)).toBe(weightHash);
    expect(downloads(PATH)).toHaveLength(1);
  });

  test("again and again ends with an error, what came is kept, and the next load goes on from there", async () => {
    const { hub, open, clock, downloads } = await startHubFolder();
    hub.fault(PATH, { kind: "stall", after: 400_000, times: 1 });
    hub.fault(PATH, { kind: "stall", after: 0 });
    const { reading } = await readUntil(open(), 400_000);
    const outcome = failure(reading);
    let over = false;
    void outcome.then(() => {
      over = true;
    });
    // The first transfer, and five more that never begin.
    for (let stalled = 0; stalled < 6; stalled++) {
      await clock.armed();
      if (!over) clock.elapse(30_000);
    }
    const error = await outcome;
    expect(error).toMatchObject({ code: "network", resumable: true });
    expect(error.message).toMatch(/^model\.safetensors: .*\(nothing came for 30 seconds\)/);
    hub.clearFaults();
    hub.forgetRequests();
    expect(sha256(await open().readBytes(PATH))).toBe(weightHash);
    expect(downloads(PATH).map(({ range }) => range)).toEqual([`bytes=400000-${weights.length - 1}`]);
  });

  test.each(["api:info", "api:tree"])("in an answer to %s is asked for again", async (place) => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault(place, { kind: "stall", after: 20, times: 1 });
    const reading = open().readText("config.json");
    while (!hub.requests.some(({ place: asked, sent }) => asked === place && sent === 20)) await turn();
    await clock.armed();
    clock.elapse(30_000);
    expect(await reading).toBe(config);
    expect(clock.waits).toEqual([500]);
  });
});
