/** What this browser keeps of models of hubs and of experiments, as the page knows it. */
import type { StorageUse, StoredModel } from "../../environment.ts";
import type { Failure } from "../../failure.ts";
import type { KeptResult } from "../experiments/kept-result.ts";

export interface StoredState {
  /** Null until they have been read. */
  readonly models: readonly StoredModel[] | null;
  readonly use: StorageUse | null;
  /** What is being removed: a model's id, or everything. */
  readonly removing: { readonly id: string } | "all" | null;
  /** Whether the browser has refused to promise that it keeps them. */
  readonly refused: boolean;
  readonly failure: Failure | null;
  /** Results of experiments, the latest first; null until they have been read. */
  readonly results: readonly KeptResult[] | null;
  /** Keys of the results that are being removed. */
  readonly removingResults: readonly string[];
  readonly resultsFailure: Failure | null;
}

export const initialStored: StoredState = {
  models: null,
  use: null,
  removing: null,
  refused: false,
  failure: null,
  results: null,
  removingResults: [],
  resultsFailure: null,
};
