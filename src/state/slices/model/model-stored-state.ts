/** Models of hubs that this browser keeps, as the page knows them. */
import type { StorageUse, StoredModel } from "../../environment.ts";
import type { Failure } from "../../failure.ts";

export interface StoredState {
  /** Null until they have been read. */
  readonly models: readonly StoredModel[] | null;
  readonly use: StorageUse | null;
  /** What is being removed: a model's id, or everything. */
  readonly removing: { readonly id: string } | "all" | null;
  /** Whether the browser has refused to promise that it keeps them. */
  readonly refused: boolean;
  readonly failure: Failure | null;
}

export const initialStored: StoredState = { models: null, use: null, removing: null, refused: false, failure: null };
