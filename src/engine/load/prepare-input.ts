/** From a picture with a question to prompt ids and frames, by the checkpoint's own processor and template. */
import { PivotscopeError } from "../../core/errors.ts";
import type { ImageProcessor } from "../../models/image/processor.ts";
import type { PromptBuilder } from "../../models/prompt.ts";
import type { Tokenizer } from "../../models/tokenizer.ts";
import type { SampleInput } from "../contract.ts";
import type { PreparedInput } from "../pass/batch.ts";

export interface InputParts {
  /** Null without tokenizer or chat template. */
  readonly prompts: PromptBuilder | null;
  /** Null without preprocessor_config.json, and for models without vision tower. */
  readonly images: ImageProcessor | null;
}

/** The error for a checkpoint folder that cannot do more than take token ids. */
export function missing(what: string, files: string): PivotscopeError {
  return new PivotscopeError(
    "unsupported",
    `This checkpoint folder has no ${what}, so it takes token ids only.`,
    `Add ${files} to the folder.`,
  );
}

/**
 * Prompt ids and frames of a picture with a question. A picture that is not split gives one frame.
 *
 * @throws PivotscopeError `bad-input` naming what is wrong with either, for example a prompt that does not fit the
 *   model's positions; `unsupported` when the checkpoint lacks what is needed; `cancelled`.
 */
export async function prepareInput(
  { prompts, images }: InputParts,
  { picture, question, split = false }: SampleInput,
  signal?: AbortSignal,
): Promise<PreparedInput> {
  if (!prompts) throw missing("tokenizer or chat template", "tokenizer.json and chat_template.json");
  if (picture && !images) throw missing("image processor", "preprocessor_config.json");
  const cut = picture && images ? await images.process(picture, { split, signal }) : null;
  const prompt = prompts.buildPrompt({ question, frames: cut && { rows: cut.rows, columns: cut.columns } });
  return { prompt: prompt.ids, frames: cut ? framesIn(cut.values, cut.count) : [] };
}

/** Views of the `count` frames that lie one behind the other in `values`. */
export function framesIn(values: Float32Array, count: number): Float32Array[] {
  const length = values.length / count;
  return Array.from({ length: count }, (_, index) => values.subarray(index * length, (index + 1) * length));
}

/**
 * How the checkpoint's processor cuts pictures into frames, where it can: its longest edge takes more than one frame,
 * and its tokenizer has a token for a crop's place. Null where it cannot.
 */
export function splittingOf(tokenizer: Tokenizer | null, images: ImageProcessor | null) {
  if (images === null || tokenizer === null) return null;
  const { frameSize, longestEdge } = images.config;
  return longestEdge > frameSize && tokenizer.tokenId("<row_1_col_1>") !== null ? { frameSize, longestEdge } : null;
}
