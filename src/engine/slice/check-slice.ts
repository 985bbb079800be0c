/** Holds sliced weights against masked ones: the same model, so what differs is rounding. */

import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { Backend, Tensor } from "../../runtime/backend.ts";
import type { SliceCheck } from "../contract.ts";
import { generateGreedy } from "../generate/generate.ts";
import { compareStates } from "../measure/evaluate.ts";
import { createBatch, type PreparedInput } from "../pass/batch.ts";
import { type Head, openHead } from "../pass/head.ts";
import { lastStates } from "../pass/last-states.ts";
import { logitRows } from "../pass/memory-plan.ts";
import { limitsOf } from "../pass/model-memory.ts";
import { stretches } from "../pass/rows.ts";
import { openScope } from "../pass/scope.ts";
import type { Session } from "../session.ts";
import { requireSlice } from "./require-slice.ts";
import type { SlicedModel } from "./slice-model.ts";

/** Matrices of logits' size that are held at once, on the backend and read. */
const COPIES = 4;

async function logitsOf(backend: Backend, head: Head, states: Tensor, positions: Int32Array): Promise<Float32Array> {
  using scope = openScope(backend);
  return await backend.read(scope.own(await head(states, positions)));
}

/**
 * Largest difference of logits and KL on `trace`, and the tokens that both write, at most as many as the trace has.
 *
 * @throws PivotscopeError `bad-input` where there is no sliced model or no trace, `unsupported` where the dense weights are gone.
 */
export async function checkSlice(
  { model, checkpoint: { stopIds } }: Pick<Session, "model" | "checkpoint">,
  slice: SlicedModel | null,
  input: PreparedInput,
  trace: readonly number[],
  signal?: AbortSignal,
): Promise<SliceCheck> {
  const sliced = requireSlice(slice);
  // Nothing differs where nothing is compared.
  if (trace.length === 0) {
    throw new PivotscopeError("bad-input", "The trace is empty.", "Let the dense model write one first.");
  }
  const { backend } = model;
  const batch = createBatch([{ ...input, trace, pivots: [] }], model.imageTokenId);
  using scope = openScope(backend);
  const masked = scope.own(await lastStates(model, batch, sliced.masked, signal));
  const own = scope.own(await lastStates(sliced.model, batch, sliced.masks, signal));
  const head = await openHead(scope, model);
  let logits = 0;
  const rows = logitRows(model.definition.text.vocabularySize, COPIES, limitsOf(model));
  for (const { first, end } of stretches(batch.positions.length, rows)) {
    throwIfCancelled(signal);
    const positions = batch.positions.subarray(first, end);
    const expected = await logitsOf(backend, head, masked, positions);
    const found = await logitsOf(backend, head, own, positions);
    logits = Math.max(logits, largestDifference(expected, found));
  }
  const { kl } = await compareStates(model, batch, masked, own);
  const write = async (written: Pick<SlicedModel, "model" | "masks">) => {
    const { ids } = await generateGreedy(written.model, {
      ...{ sample: input, prefix: [], masks: written.masks, stopIds, maximumTokens: trace.length, signal },
    });
    return ids;
  };
  const expected = await write({ model, masks: sliced.masked });
  const found = await write(sliced);
  const length = Math.max(expected.length, found.length);
  const differsAt = Array.from({ length }, (_, place) => place).find((place) => expected[place] !== found[place]);
  return {
    positions: batch.positions.length,
    logits,
    kl: kl.reduce((largest, value) => Math.max(largest, value), 0),
    tokens: length,
    differsAt: differsAt ?? null,
  };
}

/** A NaN on either side is a difference without end. */
function largestDifference(expected: Float32Array, found: Float32Array): number {
  let largest = 0;
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs((expected[index] as number) - (found[index] as number));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
