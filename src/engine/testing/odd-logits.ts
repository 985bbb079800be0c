/** What an odd checkpoint computes. */
import { createBatch } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import { type OddCheckpoint, openOdd } from "./odd-checkpoint.ts";

/** Any text of the tiny vocabulary. */
const SAMPLE = { prompt: [1, 50, 60, 70, 80], frames: [], trace: [90, 100, 110], pivots: [] };

export async function tinyLogits(odd: OddCheckpoint = {}) {
  const session = await openOdd(odd);
  const { model, denseMasks, summary } = session;
  const logits = await traceLogits(model, createBatch([SAMPLE], model.imageTokenId), denseMasks);
  const found = {
    logits: await model.backend.read(logits),
    parameters: summary.layout.totalParameters,
    weightBytes: summary.weightBytes,
  };
  model.backend.release(logits);
  await session.dispose();
  return found;
}
