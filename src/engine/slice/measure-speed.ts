/** Times one run of the dense or the sliced model, and counts its bytes. */
import { PivotscopeError } from "../../core/errors.ts";
import type { DecoderShape } from "../../core/speed/ideal.ts";
import { heldShape } from "../../models/architectures/weight-slots.ts";
import { elementCount } from "../../runtime/backend.ts";
import type { SpeedRequest, SpeedRun } from "../contract.ts";
import { generateGreedy } from "../generate/generate.ts";
import { copiedBytes } from "../generate/generate-whole.ts";
import { heldBytes, weightBytes } from "../load/weight-upload.ts";
import type { PreparedInput } from "../pass/batch.ts";
import type { Model } from "../pass/model.ts";
import type { Programs } from "../pass/programs.ts";
import type { Session } from "../session.ts";
import { countBytes } from "./counted-backend.ts";
import { requireSlice } from "./require-slice.ts";
import type { SlicedModel } from "./slice-model.ts";

/** Lengths of prompts that a model's graphs have been warmed up with. */
const warm = new WeakMap<Programs, Set<number>>();

/** Tokens that warming up writes: one of the prompt, and two behind it. */
const WARM_UP = 3;

/** Bytes of keys and values of `tokens` tokens, which are float32 whatever the matrices are. */
export function cacheBytes({ definition }: Pick<Model, "definition">, tokens: number): number {
  const { layers, headSize } = definition.text;
  const units = layers.reduce((sum, { shape }) => sum + shape.attentionUnits, 0);
  return 4 * 2 * units * headSize * tokens;
}

/** What every token that is written goes through: the text tower's layers and the head. */
export function decoderShape({ definition, precision }: Pick<Model, "definition" | "precision">): DecoderShape {
  const { layers, headWeights, headSize, columnsPerAttentionUnit } = definition.text;
  const slots = [...layers.flatMap(({ weights }) => weights), ...headWeights];
  const keyValueHeads = layers.reduce((sum, { shape }) => sum + shape.attentionUnits, 0);
  return {
    matrixNumbers: slots.reduce((sum, slot) => sum + (slot.shape.length > 1 ? elementCount(heldShape(slot)) : 0), 0),
    weightBytes: slots.reduce((sum, slot) => sum + heldBytes(slot, precision), 0),
    keyValueHeads,
    queryHeads: keyValueHeads * (columnsPerAttentionUnit / headSize),
    headSize,
  };
}

/**
 * See `Engine.measureSpeed`.
 *
 * @throws PivotscopeError `bad-input` where there is no sliced model, or no room for two tokens behind the prompt.
 */
export async function measureSpeed(
  { model, denseMasks }: Pick<Session, "model" | "denseMasks">,
  slice: SlicedModel | null,
  input: PreparedInput,
  { weights, tokens }: SpeedRequest,
  signal?: AbortSignal,
): Promise<SpeedRun> {
  const timed = weights === "dense" ? { model, masks: denseMasks } : requireSlice(slice);
  const prompt = input.prompt.length;
  const room = timed.model.definition.text.maximumTokens - prompt;
  if (Math.min(tokens, room) < 2) {
    throw new PivotscopeError(
      "bad-input",
      `A run of ${tokens} tokens cannot be timed here: the prompt leaves room for ${Math.max(0, room)}, and it takes two.`,
      "Ask for more tokens, or a shorter question.",
    );
  }
  const { masks } = timed;
  const write = (written: Model, maximumTokens: number, onToken: () => void) =>
    generateGreedy(written, { sample: input, prefix: [], masks, stopIds: [], maximumTokens, signal, onToken });

  const known = warm.get(timed.model.programs) ?? new Set();
  warm.set(timed.model.programs, known);
  // The copy may have been given back since.
  const uncopied = timed.model.backend.copiesFeeds && copiedBytes(timed.model) === 0;
  if (!known.has(prompt) || uncopied) await write(timed.model, WARM_UP, () => undefined);
  known.add(prompt);

  const counted = countBytes(timed.model.backend);
  const times: number[] = [];
  const start = performance.now();
  await write({ ...timed.model, backend: counted.backend }, tokens, () => void times.push(performance.now() - start));
  const [first = Number.NaN] = times;
  const held = weightBytes(timed.model.definition, timed.model.precision);
  const copyBytes = copiedBytes(timed.model);
  return {
    promptTokens: prompt,
    firstToken: first,
    decodedTokens: times.length - 1,
    decode: (times.at(-1) ?? Number.NaN) - first,
    weightBytes: held,
    copyBytes,
    // The last token is written and not taken in.
    cacheBytes: cacheBytes(timed.model, prompt + times.length - 1),
    peakBytes: held + copyBytes + counted.peak,
    shape: decoderShape(timed.model),
  };
}
