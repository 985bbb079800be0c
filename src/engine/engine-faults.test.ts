// @module-tag attack
/**
 * What the engine keeps between calls, masks and hidden states of the dense model, survives any failing backend call: what is
 * asked for afterwards comes out the same, and as much lives as without the fault.
 */
import { expect, it } from "vitest";
import { defaultPivotParameters } from "../core/pivots.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import type { SampleInput } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { nodeDevice } from "./load/node-device.ts";
import { createFaultyBackend, isFault } from "./testing/faulty-backend.ts";
import { createTinyFolder } from "./testing/tiny-checkpoint.ts";

it("answers the same after any fault, and holds no more", { timeout: 240_000 }, async () => {
  const faulty = createFaultyBackend(createNodeBackend({ threads: 1 }));
  const engine = createEngine({
    device: nodeDevice,
    openFolder: createTinyFolder,
    decodePicture,
    createBackend: async () => faulty.backend,
  });
  const { layout } = await engine.load({ kind: "address", name: "tiny", url: "" }, { backend: "cpu" });
  const weights = faulty.alive();
  const size = 32;
  const pixels = new Uint8ClampedArray(4 * size * size).map((_, index) => (index * 7) % 256);
  const input: SampleInput = { picture: { width: size, height: size, pixels }, question: "What is this?" };
  const trace = [9, 30, 41, 12];
  const keepWithout = (step: number) =>
    Uint8Array.from({ length: layout.unitCount }, (_, unit) => (unit % step ? 1 : 0));
  const one = { keep: keepWithout(3), meanInputs: null };
  const other = { keep: keepWithout(5), meanInputs: null };

  const work: readonly (() => Promise<unknown>)[] = [
    () => engine.evaluate(input, trace, one),
    () => engine.generate(input, { pruning: other, maximumTokens: 3 }),
    () => engine.evaluate(input, trace.slice(1), other),
    () => engine.assess({ samples: [0, 1], pruning: one, generate: false }),
    () => engine.observeLayers({ samples: 1 }),
    () => engine.calibrate({ batchSize: 2, sampleLimit: 2, pivots: defaultPivotParameters() }),
  ];
  const ask = async () => [
    await engine.assess({ samples: [0, 1], pruning: one, generate: false }),
    await engine.evaluate(input, trace, one),
  ];
  const answers = await ask();
  const alive = faulty.alive();
  const attempt = async (call: number | null) => {
    faulty.failAt(call);
    const failures: unknown[] = [];
    for (const step of work) await step().catch((error: unknown) => failures.push(error));
    const calls = faulty.calls();
    faulty.failAt(null);
    expect(await ask()).toEqual(answers);
    expect(failures.filter((error) => !isFault(error))).toEqual([]);
    expect([failures.length, faulty.alive()], `Call ${call}`).toEqual([call === null ? 0 : 1, alive]);
    expect(faulty.mistakes, `Call ${call}`).toEqual([]);
    return calls;
  };
  // The first run compiles; those that follow have fewer calls.
  await attempt(null);
  const calls = await attempt(null);
  for (let call = 1; call <= calls; call++) await attempt(call);
  await engine.dispose();
  // The weights go with their backend; the dense masks, one a module, are all that a session holds beside them.
  expect(faulty.alive()).toBe(weights - layout.modules.length);
  expect(faulty.mistakes).toEqual([]);
});
