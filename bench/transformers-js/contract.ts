/** What run.ts asks of a page, whichever of the two engines it holds. */

/** One prompt as both engines take it. */
export interface Prompt {
  readonly ids: readonly number[];
  /** The frame's numbers, channels first, as base64 of float32. */
  readonly frame: string;
  readonly channels: number;
  readonly size: number;
}

/** What one generation took, in milliseconds from its start. */
export interface Writing {
  readonly ids: readonly number[];
  /** The picture's features on their own, measured by a pass of its own. */
  readonly vision: number;
  /** Time of each token, the first with picture and prompt. */
  readonly tokens: readonly number[];
}

export interface BenchEngine {
  /** Milliseconds from nothing to ready, all weights in place. */
  load(threads: number): Promise<number>;
  write(prompt: Prompt, tokens: number): Promise<Writing>;
  /** Bytes that the page holds as the browser counts them, null where it does not say. */
  memory(): Promise<number | null>;
}

/** Addresses under which run.ts serves the two forms of the checkpoint. */
export const CHECKPOINT_PATH = "/bench-checkpoint/";
export const ONNX_PATH = "/bench-onnx/";

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
