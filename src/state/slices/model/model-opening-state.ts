/** The model that is being opened beside the one at hand. */
import { CLOSED, type Opening } from "./model-opening-steps.ts";

export interface OpeningState {
  readonly current: Opening;
  /** For gated repositories; lives as long as the page and is never stored. */
  readonly token: string;
  /** Address of the hub that ids are looked up on; null for the usual one. */
  readonly hubUrl: string | null;
}

export const initialOpening: OpeningState = { current: CLOSED, token: "", hubUrl: null };
