/** The same hashes as content-hash.ts, faster. Only Node may import this file. */
import { createHash } from "node:crypto";
import { type CreateHasher, gitHeader } from "./content-hash.ts";

export const createNodeHasher: CreateHasher = async (kind, size) => {
  const hash = createHash(kind === "sha256" ? "sha256" : "sha1");
  if (kind === "git") hash.update(gitHeader(size));
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
};
