/** What run.ts asks of a page, whichever of the two engines it holds. */

/** One prompt as both engines take it. */
export interface Prompt {
  readonly ids: readonly number[];
  /** The frame's numbers, channels first, as base64 of float32. */
  readonly frame: string;
  readonly channels: number;
  readonly size: number;
}

/** What one generation took, in milliseconds. */
export interface Writing {
  readonly ids: readonly number[];
  /** From the start to each token, the first with picture and prompt. */
  readonly tokens: readonly number[];
}

/** What the two halves of the first token take on their own, in milliseconds. */
export interface Halves {
  /** The picture's features. */
  readonly vision: number;
  /** One token behind as many other tokens as the prompt has, without a picture. */
  readonly prefill: number;
}

export interface BenchEngine {
  /** Milliseconds from nothing to ready, all weights in place. */
  load(threads: number): Promise<number>;
  write(prompt: Prompt, tokens: number): Promise<Writing>;
  halves(prompt: Prompt): Promise<Halves>;
  /** Bytes that the page holds as the browser counts them, null where it does not say. */
  memory(): Promise<number | null>;
}

/** Addresses under which run.ts serves the two forms of the checkpoint. */
export const CHECKPOINT_PATH = "/bench-checkpoint/";
export const ONNX_PATH = "/bench-onnx/";

/** As many ids as the prompt has, none of them an image token. */
export function plainIds({ ids }: Prompt): readonly number[] {
  return ids.map((_, index) => 10 + (index % 20));
}

export function floatsOf(base64: string): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/** Bytes of the page with its workers and their memory. */
export async function pageMemory(): Promise<number | null> {
  const measure = (performance as { measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }> })
    .measureUserAgentSpecificMemory;
  return measure ? (await measure.call(performance)).bytes : null;
}
