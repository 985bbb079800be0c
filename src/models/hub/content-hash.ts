/** Checks that a file's bytes are those that the hub names: by SHA-256 for large files, by git's name for small ones. */
import { createSHA1, createSHA256 } from "hash-wasm";
import type { ContentHash } from "../cache/listing.ts";

export interface ContentHasher {
  update(bytes: Uint8Array): void;
  /** Lower-case hex digits. */
  digest(): string;
}

/** @param size bytes of the whole content, which git's names begin with. */
export type CreateHasher = (kind: ContentHash["kind"], size: number) => Promise<ContentHasher>;

/** What git's name of a content of so many bytes is the SHA-1 of, before the content. */
export function gitHeader(size: number): string {
  return `blob ${size}\0`;
}

/** Works everywhere. */
export const createContentHasher: CreateHasher = async (kind, size) => {
  const hasher = await (kind === "sha256" ? createSHA256() : createSHA1());
  hasher.init();
  if (kind === "git") hasher.update(gitHeader(size));
  return { update: (bytes) => void hasher.update(bytes), digest: () => hasher.digest("hex") };
};
