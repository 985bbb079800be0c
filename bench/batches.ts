/** Samples per second of the bundled model in Node, one by one and batched: written greedily, and teacher-forced. */

import { generateBatch } from "../src/engine/generate/generate.ts";
import { batchOf, measureBatch } from "../src/engine/measure/evaluate.ts";
import { createEvaluationSet } from "../src/engine/measure/evaluation-set.ts";
import { openNodeSession } from "../src/engine/node-engine.ts";
import { batchesOf } from "../src/engine/pass/batch.ts";
import { createPruningMasks } from "../src/engine/pass/compensation.ts";
import { traceLogits } from "../src/engine/pass/last-states.ts";
import { DEFAULT_TRACE_LIMIT } from "../src/engine/session.ts";

const SIZES = [1, 4, 8, 16, 32] as const;

/** @param folder checkpoint folder. @param count samples of its evaluation set that are timed. */
export async function benchBatches(folder: string, count: number) {
  const session = await openNodeSession(folder);
  const { model, denseMasks, checkpoint } = session;
  const sizes = SIZES.filter((size) => size <= count);
  const places = Array.from({ length: count }, (_, place) => place);
  const inputs = await createEvaluationSet(session).prepare(places);
  // Every fourth unit goes: what is timed is a pruned model, whose masks cost the same as the dense one's.
  const keep = Uint8Array.from({ length: model.layout.unitCount }, (_, unit) => Number(unit % 4 !== 0));
  const masks = await createPruningMasks(model, { keep, meanInputs: null });

  const write = async (size: number) => {
    const traces: (readonly number[])[] = [];
    for (const batch of batchesOf(
      inputs.map(({ prompt }) => prompt.length),
      size,
    )) {
      const samples = batch.flatMap((place) => {
        const input = inputs[place];
        return input ? [{ input, prefix: [], maximumTokens: DEFAULT_TRACE_LIMIT }] : [];
      });
      const request = { samples, masks: denseMasks, stopIds: checkpoint.stopIds, signal: undefined };
      const generations = await generateBatch(model, request);
      for (const [index, { ids }] of generations.entries()) traces[batch[index] ?? 0] = ids;
    }
    return traces;
  };
  const traces = await write(sizes.at(-1) ?? 1);
  const samples = inputs.map((input, place) => ({ ...input, trace: traces[place] ?? [], pivots: [] }));

  const compare = async (size: number) => {
    const lengths = samples.map(({ prompt, trace }) => prompt.length + trace.length);
    for (const places of batchesOf(lengths, size)) {
      const batch = batchOf(
        model,
        places.flatMap((place) => samples[place] ?? []),
      );
      const logits = await traceLogits(model, batch, denseMasks);
      await measureBatch(model, batch, logits, masks);
      model.backend.release(logits);
    }
  };

  const perSecond = async (task: (size: number) => Promise<unknown>) => {
    const rates: Record<string, number> = {};
    for (const size of sizes) {
      // The first run compiles the graphs of this size.
      await task(size);
      const start = performance.now();
      await task(size);
      rates[size] = (count * 1000) / (performance.now() - start);
    }
    const single = rates[1] ?? Number.NaN;
    const ratios = Object.fromEntries(Object.entries(rates).map(([size, rate]) => [size, rate / single]));
    return { samplesPerSecond: rates, ratioToOneByOne: ratios };
  };

  const result = {
    samples: count,
    meanTraceTokens: traces.reduce((sum, ids) => sum + ids.length, 0) / count,
    writing: await perSecond(write),
    comparing: await perSecond(compare),
  };
  masks.release();
  await session.dispose();
  return result;
}
