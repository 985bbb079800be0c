/** The files of one commit of a repository, as they are kept beside their contents. */
import { insidePath } from "../source.ts";

/** "sha256" of the content; "git" is SHA-1 of `blob <bytes>\0` and the content, as git names its objects. */
export interface ContentHash {
  readonly kind: "sha256" | "git";
  /** Lower-case hex digits. */
  readonly hex: string;
}

export interface ListedFile {
  readonly path: string;
  readonly size: number;
  readonly hash: ContentHash | null;
}

export type Listing = ReadonlyMap<string, ListedFile>;

export function writeListing(files: Listing): string {
  return JSON.stringify([...files.values()]);
}

/** Null for what is no listing: it is asked for again then. */
export function parseListing(text: string | null): Listing | null {
  if (text === null) return null;
  try {
    const entries: unknown = JSON.parse(text);
    if (!Array.isArray(entries)) return null;
    const files = entries.map(readListed);
    return files.includes(null) ? null : new Map(files.flatMap((file) => (file ? [[file.path, file]] : [])));
  } catch {
    return null;
  }
}

/** A file of a listing, null when it is none; a hash that cannot be one is left out. */
export function readListed(entry: unknown): ListedFile | null {
  if (typeof entry !== "object" || entry === null) return null;
  const { path, size, hash } = entry as { path?: unknown; size?: unknown; hash?: { kind?: unknown; hex?: unknown } };
  if (typeof path !== "string" || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return null;
  try {
    insidePath(path);
  } catch {
    return null;
  }
  const kind = hash?.kind === "sha256" || hash?.kind === "git" ? hash.kind : null;
  const hex = typeof hash?.hex === "string" ? hash.hex.toLowerCase() : "";
  const known = kind !== null && (kind === "sha256" ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(hex);
  return { path, size, hash: known ? { kind, hex } : null };
}
