/** Samples without numbers, in the sizes that a dry run is asked about. */
import type { ModelDefinition, VisionDefinition } from "../../models/architectures/definition.ts";
import type { Frame } from "../../models/pictures.ts";
import { elementCount } from "../../runtime/backend.ts";
import type { PreparedSample } from "../pass/batch.ts";

export interface SampleSizes {
  /** Image tokens of its picture at most, where the model's pictures may have any size; null for a sample without one. */
  readonly pictureTokens: number | null;
  readonly questionTokens: number;
  readonly traceTokens: number;
}

/** A picture of about as many rows as columns that takes at most `tokens`; of a model's own size where it has one. */
function frameOf(vision: VisionDefinition, tokens: number): Frame {
  const { pixelShape, pixelStep } = vision;
  const [channels = 3] = pixelShape;
  const rows = Math.max(1, Math.floor(Math.sqrt(tokens)));
  const columns = Math.max(1, Math.floor(tokens / rows));
  const shape = pixelStep === undefined ? pixelShape : [channels, rows * pixelStep, columns * pixelStep];
  return vision.frameOf(new Float32Array(elementCount(shape)), { shape });
}

/** A sample of these sizes; its ids are words that every model has. */
export function drySample({ vision }: ModelDefinition, sizes: SampleSizes): PreparedSample {
  const { pictureTokens, questionTokens, traceTokens } = sizes;
  const frames = vision && pictureTokens !== null ? [frameOf(vision, pictureTokens)] : [];
  const images = frames.flatMap(({ tokens }) => Array<number>(tokens).fill(vision?.imageTokenId ?? 0));
  return {
    prompt: [...images, ...Array<number>(questionTokens).fill(0)],
    trace: Array<number>(traceTokens).fill(0),
    pivots: [0],
    frames,
  };
}
