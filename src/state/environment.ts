/** What the store needs from the world around it. The page injects the browser's; tests inject their own. */

import type { BackendKind, Picture } from "../engine/contract.ts";
import type { WorkerEngine } from "../engine/worker/client.ts";

/** A picture ready to ask about, with an address that an <img> can show. */
export interface DecodedPicture {
  readonly picture: Picture;
  readonly previewUrl: string;
  /** The file is an animation, whose first picture it is. */
  readonly animated: boolean;
  /** The file itself, kept or shown by others, gives this picture: no animation, and nothing that only some turn. */
  readonly keepsAsStored: boolean;
}

/** Lists of records that outlive the page. Every function rejects when the storage is blocked, full or broken. */
export interface RecordStore {
  /** Everything that was appended under `key`, in order; empty for an unknown key. */
  read(key: string): Promise<readonly unknown[]>;
  /** Keeps a structured-cloneable record. */
  append(key: string, record: unknown): Promise<void>;
  /** Keeps a record in place of everything under `key`: both or neither. */
  replace(key: string, record: unknown): Promise<void>;
  /** Every key that something is kept under. */
  keys(): Promise<readonly string[]>;
  /** Forgets everything under `key`. */
  remove(key: string): Promise<void>;
  /** Runs `work` while no other tab runs any for `key`, where the browser can tell. */
  alone(key: string, work: () => Promise<void>): Promise<void>;
}

/** A repository of a hub that this browser holds, whole or in part. */
export interface StoredModel {
  /** Tells it from all others. */
  readonly id: string;
  readonly repository: string;
  /** Commit that was fetched. */
  readonly version: string;
  /** Address of its hub, null for the usual one. */
  readonly hubUrl: string | null;
  readonly bytes: number;
  /** Whether all files are here that it needs. */
  readonly complete: boolean;
  /** Milliseconds since 1970; null when unknown. */
  readonly lastUsed: number | null;
}

export interface StorageUse {
  readonly usedBytes: number;
  /** Bytes that the browser allows this page; null where it does not say. */
  readonly quotaBytes: number | null;
  /** Whether the browser has promised not to clear it by itself. */
  readonly persisted: boolean;
}

/** Models of hubs that are kept in this browser. Every function rejects where the storage is blocked or broken. */
export interface ModelStore {
  list(): Promise<readonly StoredModel[]>;
  remove(model: StoredModel): Promise<void>;
  clear(): Promise<void>;
  use(): Promise<StorageUse>;
  /** Asks the browser not to clear it by itself. Whether it agreed. */
  persist(): Promise<boolean>;
}

/** Servers of others that models may come from, by their origin. */
export interface AgreedHosts {
  has(origin: string): boolean;
  add(origin: string): void;
}

export interface Environment {
  /** A fresh engine in its own worker; the store terminates the one before. */
  createEngine(): WorkerEngine;
  /** Graph runs that one worker may make on this platform before it is renewed; null: as many as it likes. */
  runsPerWorker(backend: BackendKind): number | null;
  /** The whole address of a file that is named relative to the page: a worker counts from its own script. */
  absoluteUrl(url: string): string;
  /** Reads a JSON file of the page's own origin. Throws PivotscopeError `not-found`, `network`, `bad-input`. */
  readJson(url: string): Promise<unknown>;
  /** Fetches a file of the page's own origin. Throws PivotscopeError `not-found` or `network`. */
  readBlob(url: string): Promise<Blob>;
  /** Checks and decodes a picture. Throws PivotscopeError `bad-input` or `unsupported`. */
  decodePicture(file: Blob, name: string): Promise<DecodedPicture>;
  /**
   * A picture as a file: PNG as it stands, or a JPEG with this longest edge in pixels. Throws PivotscopeError
   * `unsupported` where the browser cannot.
   */
  encodePicture(picture: Picture, longestEdge: number | null): Promise<Blob>;
  /** The preview of a decoded picture is no longer shown. */
  releasePreview(previewUrl: string): void;
  /** Results of experiments; kept in this browser. */
  readonly records: RecordStore;
  readonly models: ModelStore;
  /** Those that somebody has agreed to in this tab. */
  agreedHosts(): Promise<AgreedHosts>;
  /** A whole number that no other tab draws. */
  uniqueNumber(): number;
  /** Milliseconds since 1970. */
  date(): number;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  /** Calls back once after a delay; the function that comes back calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Writes the address's hash; `push` makes a step in the history. */
  writeHash(hash: string, mode: "push" | "replace"): void;
}
