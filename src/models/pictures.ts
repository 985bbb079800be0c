/** Pictures as models take them: frames for the vision tower, and how they are written into a prompt. */
import type { Picture } from "./image/picture.ts";

/**
 * A picture, or a piece of one, as one sequence of the vision tower. It knows how many rows it has in either tower, so
 * that pictures of different sizes need nothing from the model's definition.
 */
export interface Frame {
  /** Rows of the vision tower. */
  readonly patches: number;
  /** Rows of the text tower that its features take. */
  readonly tokens: number;
  /** What the vision tower's embedding is fed, [patches, numbers of a patch]. */
  readonly values: Float32Array;
}

/**
 * How a picture was cut: 0 rows and columns stand for one whole frame; otherwise crops, row by row, that the whole
 * picture follows.
 */
export interface FrameGrid {
  readonly rows: number;
  readonly columns: number;
}

export interface ProcessedPicture {
  /** In the order of the image tokens that their features replace. */
  readonly frames: readonly Frame[];
  readonly grid: FrameGrid;
}

export interface PictureOptions {
  /** Cut the picture into crops; off by default, which gives one frame and the fewest tokens. */
  readonly split?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface PictureProcessor {
  /** How it cuts pictures into crops; null where it cannot. */
  readonly splitting: { readonly frameSize: number; readonly longestEdge: number } | null;
  /**
   * Lets messages in on the way, since a large picture takes seconds.
   * @throws PivotscopeError `cancelled` when the signal was aborted.
   */
  process(picture: Picture, options?: PictureOptions): Promise<ProcessedPicture>;
}

/** How a picture is written into a prompt. */
export interface PicturePrompt {
  /** What the chat template writes for a picture. */
  readonly placeholder: string;
  /** The token that stands for one row of features, and its id in config.json. */
  readonly token: string;
  readonly tokenId: number;
  /** Tokens that the model's processor adds to its tokenizer's special ones where they are in its vocabulary. */
  readonly addedTokens: readonly string[];
  /** The text that takes the placeholder's place. */
  write(grid: FrameGrid): string;
}
