/**
 * Where fetched files are kept between visits: a small file system of named byte strings that grow at their end.
 *
 * Keys are paths with forward slashes, each part a plain name. A file may be incomplete: whoever fetches it appends what
 * comes and goes on there the next time. Stores are the browser's own file system (opfs-store.ts), a folder on disk
 * (node-store.ts) and memory (memory-store.ts).
 */

export interface KeptFile {
  readonly key: string;
  readonly bytes: number;
  /** When it was last written, milliseconds since 1970. */
  readonly written: number;
}

/** Writes at the end of one file; nobody else writes there meanwhile. */
export interface FileAppender {
  /** Bytes that the file has. */
  readonly size: number;
  /** Takes the bytes as they are now; the caller may reuse them afterwards. @throws StoreFullError */
  append(bytes: Uint8Array): Promise<void>;
  /** Makes what was appended last, also when the program ends afterwards. */
  close(): Promise<void>;
}

export interface StoreEstimate {
  readonly usedBytes: number;
  /** Null where the store cannot say. */
  readonly quotaBytes: number | null;
}

export interface FileStore {
  /** What people should know about it, for example that it forgets everything with the tab; empty without a reason. */
  readonly note: string;
  /** Bytes that a file has; 0 when there is none. */
  size(key: string): Promise<number>;
  /** Bytes from `from` up to but without `to`; fewer when the file ends before. */
  read(key: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Opens a file, made when it is missing, to write at its end. Null when another tab or program writes to it.
   * @param expectedBytes how long the whole file will be, so that a store can refuse what it could never hold.
   * @throws StoreFullError
   */
  append(key: string, expectedBytes: number): Promise<FileAppender | null>;
  /** Replaces a small file's content. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * Removes a file, or all files below a folder.
   * @throws PivotscopeError `busy` when another tab or program writes to one of them.
   */
  remove(key: string): Promise<void>;
  /** All files whose keys begin with `folder` and a slash; all with "". */
  list(folder: string): Promise<readonly KeptFile[]>;
  estimate(): Promise<StoreEstimate>;
}

/** There is no room for more. What was appended before stays. */
export class StoreFullError extends Error {
  constructor(options?: ErrorOptions) {
    super("There is no room for more files.", options);
    this.name = "StoreFullError";
  }
}

/** A key's part for any text: safe in every file system, and read back by `decodeKeyPart`. */
export function encodeKeyPart(text: string): string {
  // encodeURIComponent leaves these, of which file systems refuse some; a part of dots only would be a folder's name.
  const encoded = encodeURIComponent(text).replace(/[!'()*~]/g, percent);
  return /^\.+$/.test(encoded) || encoded.endsWith(".") ? encoded.replaceAll(".", "%2E") : encoded;
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** What was encoded; a part that `encodeKeyPart` cannot have made stays as it is. */
export function decodeKeyPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
