/** Generation of several samples at once: the tokens of each alone, whatever the others do. */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import type { Backend } from "../../runtime/backend.ts";
import { TOKEN_CLASS } from "../../runtime/kernels/token-class.ts";
import { projectRoot } from "../../testing/shared.ts";
import { measureBatch } from "../measure/evaluate.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { openNodeSession } from "../node-engine.ts";
import { createBatch, type PreparedInput } from "../pass/batch.ts";
import { createPruningMasks } from "../pass/compensation.ts";
import { lastStates } from "../pass/last-states.ts";
import type { MaskSet } from "../pass/masks.ts";
import { sequencesOf, widestBytes } from "../pass/memory-plan.ts";
import type { Session } from "../session.ts";
import { projectionColumns } from "../testing/columns.ts";
import { countTensors } from "../testing/count-tensors.ts";
import { lackingMemory } from "../testing/lacking-memory.ts";
import { type BatchRequest, generateBatch, generateGreedy } from "./generate.ts";

/** Lengths that end at different times, so that the batch shrinks from 8 rows to 4, 2 and 1. */
const LIMITS = [12, 2, 9, 16, 4];

describe("generation in batches", { timeout: 60_000 }, () => {
  let session: Session;
  let inputs: readonly PreparedInput[];

  beforeAll(async () => {
    session = await openNodeSession(join(projectRoot, "public/models/scenes"));
    inputs = await createEvaluationSet(session).prepare([0, 1, 2, 3, 4]);
  }, 60_000);
  afterAll(() => session?.dispose());

  const requestOf = (masks: MaskSet, stopIds: readonly number[] = []): BatchRequest => ({
    samples: inputs.map((input, index) => ({ input, prefix: [], maximumTokens: LIMITS[index] ?? 0 })),
    masks,
    stopIds,
    signal: undefined,
  });

  const alone = ({ samples, masks, stopIds, signal }: BatchRequest) =>
    Promise.all(
      samples.map(({ input, prefix, maximumTokens }) =>
        generateGreedy(session.model, { sample: input, prefix, maximumTokens, masks, stopIds, signal }),
      ),
    );

  it("has prompts of different lengths", () => {
    expect(new Set(inputs.map(({ prompt }) => prompt.length)).size).toBeGreaterThan(1);
  });

  it("gives the dense model's tokens", async () => {
    const held = countTensors(session.model.backend);
    const request = requestOf(session.denseMasks);
    const batched = await generateBatch(session.model, request);
    expect(batched.map(({ ids }) => ids.length)).toEqual(LIMITS);
    expect(batched).toEqual(await alone(request));
    expect(held()).toBe(0);
  });

  it("gives a pruned and compensated model's tokens, and stops where it stops", async () => {
    const { model } = session;
    const random = createRandom(3);
    const keep = Uint8Array.from({ length: model.layout.unitCount }, () => (random.next() < 0.3 ? 0 : 1));
    const length = projectionColumns(model.definition);
    const meanInputs = Float32Array.from({ length }, () => random.next() / 10);
    const masks = await createPruningMasks(model, { keep, meanInputs });
    const unstopped = await generateBatch(model, requestOf(masks));
    // A token that some of the samples come to: they stop there, the others go on.
    const stop = unstopped[0]?.ids[2] ?? -1;
    const request = requestOf(masks, [stop]);
    const batched = await generateBatch(model, request);
    expect(batched).toEqual(await alone(request));
    expect(batched[0]?.finish).toBe("stop");
    expect(batched.map(({ ids }, index) => unstopped[index]?.ids.slice(0, ids.length))).toEqual(
      batched.map(({ ids }) => ids),
    );
    masks.release();
  });

  it("goes on from prefixes, and has nothing to do for a finished one", async () => {
    const request = requestOf(session.denseMasks);
    const whole = await alone(request);
    const resumed = request.samples.map((sample, index) => ({
      ...sample,
      prefix: (whole[index]?.ids ?? []).slice(0, 2 * index),
    }));
    const finished: number[] = [];
    const batched = await generateBatch(session.model, {
      ...request,
      samples: resumed,
      onFinished: (place) => finished.push(place),
    });
    expect(batched).toEqual(whole);
    expect(finished.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("takes an image token that was written as a word, in a prefix as in a trace", async () => {
    const { model, denseMasks } = session;
    const image = model.imageTokenId ?? -1;
    const pivots: number[] = [];
    const prefixes = [[image], [7, image, 9], []];
    const samples = inputs
      .slice(0, prefixes.length)
      .map((input, index) => ({ ...input, trace: prefixes[index] ?? [] }));
    const [whole, ...without] = samples.map((sample) => createBatch([{ ...sample, pivots }], image));
    const frames = samples.map(({ prompt }) => prompt.filter((id) => id === image).length);
    expect([whole, ...without].map((batch) => batch?.imageRows.length)).toEqual(frames);
    expect(whole?.classes.at(-1)).toBe(TOKEN_CLASS.text);

    const request: BatchRequest = {
      ...requestOf(denseMasks),
      samples: samples.map(({ trace, ...input }) => ({ input, prefix: trace, maximumTokens: 5 })),
    };
    const written = await generateBatch(model, request);
    expect(await generateBatch(model, { ...request, way: "layers" })).toEqual(written);
    for (const [index, { ids }] of written.entries()) {
      const sample = samples[index];
      if (!sample) throw new Error("There are as many samples as traces.");
      const prefix = sample.trace.length;
      const batch = createBatch([{ ...sample, trace: ids, pivots }], image);
      const states = await lastStates(model, batch, denseMasks);
      const [measured] = await measureBatch(model, batch, states, null, undefined);
      model.backend.release(states);
      // Teacher-forced on what was written, the model says the same.
      expect(ids).toHaveLength(5);
      expect(Array.from(measured?.argmax ?? []).slice(prefix)).toEqual(ids.slice(prefix));
    }
  });

  it("stops within one step when cancelled, and leaves nothing behind", async () => {
    const held = countTensors(session.model.backend);
    const controller = new AbortController();
    let tokens = 0;
    const cancelled = generateBatch(session.model, {
      ...requestOf(session.denseMasks),
      signal: controller.signal,
      onToken: () => {
        tokens += 1;
        controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(tokens).toBe(inputs.length);
    expect(held()).toBe(0);
  });

  it("refuses a prompt whose attention exceeds the device's buffers before anything is computed, by layers", async () => {
    const { model, denseMasks } = session;
    const [input] = inputs;
    if (!input) throw new Error("The bundled model has evaluation samples.");
    const largestBuffer = widestBytes(sequencesOf(model.definition, "text", input.prompt.length)) - 1;
    let runs = 0;
    const small: Backend = Object.create(model.backend, {
      limits: { value: { ...model.backend.limits, largestBuffer } },
      run: {
        value: (...[program, feeds]: Parameters<Backend["run"]>) => {
          runs += 1;
          return model.backend.run(program, feeds);
        },
      },
    });
    const samples = [{ input, prefix: [], maximumTokens: 2 }];
    const request: BatchRequest = { ...requestOf(denseMasks), samples, way: "layers" };
    await expect(generateBatch({ ...model, backend: small }, request)).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(new RegExp(`^A sequence of ${input.prompt.length} tokens takes a buffer of`)),
    });
    expect(runs).toBe(0);
  });

  it("fails where an upload found no memory, and leaves that failure to nothing else", async () => {
    const { model, denseMasks } = session;
    const held = countTensors(model.backend);
    const [write, measure] = [lackingMemory(model), lackingMemory(model)];
    await expect(generateBatch(write.model, requestOf(denseMasks))).rejects.toBe(write.lack);
    const batch = createBatch([{ prompt: [1, 2], frames: [], trace: [3], pivots: [] }], model.imageTokenId);
    await expect(lastStates(measure.model, batch, denseMasks)).rejects.toBe(measure.lack);
    expect(held()).toBe(0);
    await write.model.backend.settle();
    await measure.model.backend.settle();
  });
});
