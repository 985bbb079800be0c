/** The files of one commit of a repository, as they are kept beside their contents. */
import * as v from "valibot";
import { integer, list, object, oneOf, text } from "../../core/json/schemas.ts";
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

const HASHES = { sha256: /^[0-9a-f]{64}$/, git: /^[0-9a-f]{40}$/ };

const hashSchema = v.pipe(
  object({ kind: oneOf(["sha256", "git"]), hex: v.pipe(text, v.toLowerCase()) }),
  v.check(({ kind, hex }) => HASHES[kind].test(hex), "a hash"),
);

const fileSchema = object({
  path: v.pipe(text, v.check(isInside, "a path inside its folder")),
  size: integer(0),
  // One that cannot be a hash is left out.
  hash: v.fallback(v.nullable(hashSchema), null),
});

const listingSchema = v.pipe(text, v.parseJson(), list(fileSchema));

/** Null for what is no listing: it is asked for again then. */
export function parseListing(json: string | null): Listing | null {
  const listing = v.safeParse(listingSchema, json, { abortEarly: true });
  return listing.success ? new Map(listing.output.map((file) => [file.path, file])) : null;
}

/** A file of a listing, null when it is none. */
export function readListed(entry: unknown): ListedFile | null {
  const file = v.safeParse(fileSchema, entry, { abortEarly: true });
  return file.success ? file.output : null;
}

function isInside(path: string): boolean {
  try {
    insidePath(path);
    return true;
  } catch {
    return false;
  }
}
