/** From a picture with a question to prompt ids and frames, by the checkpoint's own processor and template. */
import { PivotscopeError } from "../../core/errors.ts";
import { plural } from "../../core/words.ts";
import type { VisionDefinition } from "../../models/architectures/definition.ts";
import { checkBudget, type Frame, type FrameGrid, type PictureProcessor } from "../../models/pictures.ts";
import type { PromptBuilder } from "../../models/prompt.ts";
import type { TokenSample } from "../../models/samples.ts";
import { elementCount } from "../../runtime/backend.ts";
import type { SampleInput } from "../contract.ts";
import type { PreparedInput } from "../pass/batch.ts";

export interface InputParts {
  /** Null without tokenizer or chat template. */
  readonly prompts: PromptBuilder | null;
  /** Null without preprocessor_config.json, and for models without vision tower. */
  readonly images: PictureProcessor | null;
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
  { picture, question, split = false, budget }: SampleInput,
  signal?: AbortSignal,
): Promise<PreparedInput> {
  if (!prompts) throw missing("tokenizer or chat template", "tokenizer.json and chat_template.json or .jinja");
  if (picture && !images) throw missing("image processor", "preprocessor_config.json");
  if (picture && images && budget !== undefined) checkBudget(images.budget, budget);
  const processed = picture && images ? await images.process(picture, { split, budget, signal }) : null;
  const prompt = prompts.buildPrompt({ question, picture: processed });
  return { prompt: prompt.ids, frames: processed?.frames ?? [] };
}

/**
 * What `SampleInput` says of the budget where nobody says more.
 *
 * @param tokens null for the processor's own.
 * @throws PivotscopeError `bad-input` for a budget out of the processor's bounds, `unsupported` where it has none.
 */
export function budgetFor(images: PictureProcessor | null, tokens: number | null): Pick<SampleInput, "budget"> {
  if (tokens === null) return {};
  checkBudget(images?.budget ?? null, tokens);
  return { budget: tokens };
}

/**
 * Frames of a sample that is given as token ids with its normalised pixels, [count, …`vision.pixelShape`].
 *
 * @throws PivotscopeError `bad-input` where the model takes no pixels or others, or where the prompt has not one image token
 *   for each row of features: either would be passed over without a word.
 */
export function framesOfTokens(
  vision: VisionDefinition | null,
  { prompt, pixelValues, pixelShape, pieces }: Pick<TokenSample, "prompt" | "pixelValues" | "pixelShape" | "pieces">,
): Frame[] {
  const [, ...shape] = pixelShape ?? [];
  if (pixelShape !== null && !(vision && takesPixels(vision, shape))) {
    throw new PivotscopeError(
      "bad-input",
      `A sample has pixels of the shape [${shape.join(", ")}]; the model takes ${vision ? takenPixels(vision) : "no pictures"}.`,
      "Make the samples with the model's own image processor.",
    );
  }
  const frames =
    vision?.pixelPieces === undefined || pixelShape === null
      ? framesOfPixels(vision, pixelValues, shape)
      : [frameOfPieces(vision, pixelValues ?? new Float32Array(), pixelShape, pieces)];
  const rows = frames.reduce((sum, { tokens }) => sum + tokens, 0);
  const tokens = vision === null ? 0 : prompt.filter((id) => id === vision.imageTokenId).length;
  if (tokens === rows) return frames;
  throw new PivotscopeError(
    "bad-input",
    `The prompt of a sample has ${plural(tokens, "image token")}; its ${plural(frames.length, "frame")} of pixels make ${rows}.`,
    "Give one image token for each row of features, in the order of the frames.",
  );
}

/** One frame of all pieces of a picture, [pieces, …`vision.pixelShape`], which lie as `grid` says. */
function frameOfPieces(
  vision: VisionDefinition,
  pixels: Float32Array,
  shape: readonly number[],
  grid: FrameGrid = { rows: 1, columns: shape[0] ?? 1 },
): Frame {
  const [count] = shape;
  const most = vision.pixelPieces ?? 1;
  if (grid.rows * grid.columns === count && count <= most) return vision.frameOf(pixels, { shape, pieces: grid });
  throw new PivotscopeError(
    "bad-input",
    `A sample has ${plural(count ?? 0, "piece")} of a picture, laid in ${grid.rows} × ${grid.columns}; the model takes ${plural(most, "piece")} at most.`,
    "Make the samples with the model's own image processor.",
  );
}

function takesPixels({ pixelShape, pixelStep }: VisionDefinition, shape: readonly number[]): boolean {
  if (shape.length !== pixelShape.length) return false;
  const free = pixelShape.length - 2;
  return pixelShape.every((needed, axis) => {
    const found = shape[axis] ?? 0;
    return pixelStep !== undefined && axis >= free ? found > 0 && found % pixelStep === 0 : found === needed;
  });
}

function takenPixels({ pixelShape, pixelStep }: VisionDefinition): string {
  if (pixelStep === undefined) return `[${pixelShape.join(", ")}]`;
  return `[${pixelShape.slice(0, -2).join(", ")}] and two sides that are multiples of ${pixelStep}`;
}

/** Frames of normalised pixels [count, …`shape`], `vision.pixelShape` when absent; none without vision tower. */
export function framesOfPixels(
  vision: VisionDefinition | null,
  pixels: Float32Array | null,
  shape: readonly number[] = vision?.pixelShape ?? [],
): Frame[] {
  if (vision === null || pixels === null) return [];
  const length = elementCount(shape);
  return Array.from({ length: pixels.length / length }, (_, index) =>
    vision.frameOf(pixels.subarray(index * length, (index + 1) * length), { shape }),
  );
}
