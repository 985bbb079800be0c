/** Pictures as models take them: frames for the vision tower, and how they are written into a prompt. */
import { PivotscopeError } from "../core/errors.ts";
import type { Picture } from "./image/picture.ts";

/**
 * A picture, or a piece of one, as one sequence of the vision tower. It knows how many rows it has in either tower, so
 * that pictures of different sizes need nothing from the model's definition.
 */
export interface Frame {
  /** Rows of the vision tower. */
  readonly patches: number;
  /** Rows of the text tower that stand for it. */
  readonly tokens: number;
  /** Rows of features that it has where these are not `tokens`, because layers attend to them. */
  readonly features?: number;
  /** Rows and columns of its patches; which order they come in is the architecture's. */
  readonly grid: FrameGrid;
  /** Rows [begin, end) of its patches that hold nothing of the picture: computed like all others, counted nowhere. */
  readonly idle?: readonly (readonly [begin: number, end: number])[];
  /** What the vision tower's embedding is fed, [patches, numbers of a patch]. */
  readonly values: Float32Array;
  /** Further inputs of the vision tower's embedding and layers, by port; those of several frames are joined along the first axis. */
  readonly feeds?: Readonly<Record<string, FrameFeed>>;
}

/** One frame's part of an input: int32 where it is whole numbers that graphs look up. */
export interface FrameFeed {
  readonly shape: readonly number[];
  /** Whether it has a row for each patch; behind those of a smaller frame stand rows of zeros then. */
  readonly ofPatches?: boolean;
  readonly values: Float32Array | Int32Array;
}

export interface FrameGrid {
  readonly rows: number;
  readonly columns: number;
}

export interface ProcessedPicture {
  /** In the order of the image tokens that their features replace. */
  readonly frames: readonly Frame[];
  /**
   * How it was cut: 0 rows and columns stand for one whole frame; otherwise crops, row by row, that the whole picture
   * follows.
   */
  readonly grid: FrameGrid;
}

/** What of a processed picture decides how it is written into a prompt. */
export interface PictureLayout {
  readonly grid: FrameGrid;
  readonly frames: readonly Pick<Frame, "tokens">[];
}

export interface PictureOptions {
  /** Cut the picture into crops; off by default, which gives one frame and the fewest tokens. */
  readonly split?: boolean;
  /** Image tokens that the picture may take at most, where the processor has a `budget`; its default when absent. */
  readonly budget?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How many image tokens a picture may take, for processors that keep its shape and choose its size. */
export interface PictureBudget {
  /** Where nobody chooses. */
  readonly default: number;
  /** What the checkpoint allows; a small picture is made larger until it takes the smallest number. */
  readonly smallest: number;
  readonly largest: number;
}

export interface PictureProcessor {
  /** How it cuts pictures into crops; null where it cannot. */
  readonly splitting: { readonly frameSize: number; readonly longestEdge: number } | null;
  /** Null where every picture takes the same number of image tokens, or one that only cutting changes. */
  readonly budget: PictureBudget | null;
  /**
   * Lets messages in on the way, since a large picture takes seconds.
   * @throws PivotscopeError `bad-input` for a picture that the processor refuses or a budget out of bounds, `cancelled`
   *   when the signal was aborted.
   */
  process(picture: Picture, options?: PictureOptions): Promise<ProcessedPicture>;
}

/**
 * @param budget null for a processor that lets nobody choose.
 * @throws PivotscopeError `bad-input` for tokens out of bounds, `unsupported` where nobody can choose.
 */
export function checkBudget(budget: PictureBudget | null, tokens: number): void {
  if (budget === null) {
    throw new PivotscopeError(
      "unsupported",
      `A picture budget of ${tokens} tokens was given; this model's pictures have a size of their own.`,
      "Leave the picture budget out.",
    );
  }
  if (Number.isInteger(tokens) && tokens >= budget.smallest && tokens <= budget.largest) return;
  throw new PivotscopeError(
    "bad-input",
    `A picture budget of ${tokens} tokens was given; this checkpoint takes ${budget.smallest} to ${budget.largest}.`,
    `Choose a whole number of tokens in between; ${budget.default} is the default.`,
  );
}

/** A token that no prompt may hold. */
export interface RefusedToken {
  readonly token: string;
  readonly tokenId: number;
  /** What it stands for, in the plural: "videos". */
  readonly what: string;
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
  /** Tokens that stand for what is not taken here, such as videos, and what they stand for. */
  readonly refusedTokens?: readonly RefusedToken[];
  /** The text that takes the placeholder's place. */
  write(picture: PictureLayout): string;
}
