/** Own samples: the list, what of it is used, and what is being done with it. */
import type { WrittenTrace } from "../../../models/own-samples-json.ts";
import type { Failure } from "../../failure.ts";

export interface OwnPicture {
  /** Made from the file's bytes: equal pictures have one id. */
  readonly id: string;
  readonly name: string;
  readonly file: Blob;
}

export interface OwnEntry {
  /** Tells it from all others of this browser, in whichever tab they were added. */
  readonly number: number;
  readonly picture: OwnPicture | null;
  readonly question: string;
  readonly answer: string | null;
  readonly trace: WrittenTrace | null;
}

/** Samples that stand in for the model's set. */
export interface UsedSamples {
  /** Names pictures, questions and answers; traces follow from them and the weights. */
  readonly key: string;
  readonly entries: readonly OwnEntry[];
}

/** A change by which something was lost that somebody had made. */
export interface OwnChange {
  /** What was done, in a sentence. */
  readonly words: string;
  readonly before: readonly OwnEntry[];
  readonly after: readonly OwnEntry[];
}

export interface OwnSamplesState {
  readonly open: boolean;
  readonly entries: readonly OwnEntry[];
  /** What can be undone, the latest last. */
  readonly past: readonly OwnChange[];
  /** What new pictures are asked, once somebody has typed it. */
  readonly asked: string | null;
  readonly used: UsedSamples | null;
  /** The trace that is being written, and how many of how many are done. */
  readonly writing: {
    readonly number: number;
    readonly done: number;
    readonly total: number;
    readonly text: string;
    /** Whether another job has the engine. */
    readonly waiting: boolean;
  } | null;
  /** Pictures are being read. */
  readonly reading: boolean;
  readonly failure: Failure | null;
  /** What came of the last step, where that is not plain to see; else empty. */
  readonly note: string;
  /** Why the list is not kept over a reload, in a sentence; null while it is. */
  readonly notKept: string | null;
}

export const initialOwnSamples: OwnSamplesState = {
  open: false,
  entries: [],
  past: [],
  asked: null,
  used: null,
  writing: null,
  reading: false,
  failure: null,
  note: "",
  notKept: null,
};
