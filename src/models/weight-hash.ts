/**
 * SHA-256 of weights, computed while they pass by: ties a Plan to the weights it was made for.
 *
 * crypto.subtle takes a file as a whole only, and is missing on pages that were served over plain HTTP; this one is
 * WebAssembly and needs neither. It is loaded with the first weights.
 */
import type { Sha256 } from "./source.ts";

export async function createSha256(): Promise<Sha256> {
  const { createSHA256 } = await import("hash-wasm");
  const hasher = await createSHA256();
  hasher.init();
  return { update: (bytes) => void hasher.update(bytes), digest: () => hasher.digest("hex") };
}

/**
 * The hash of weights in several files: of one file its own SHA-256; of several the SHA-256 of their digests in the order
 * of the files' names, each followed by a line feed (project decision).
 */
export async function combineHashes(digests: readonly string[]): Promise<string> {
  const [only] = digests;
  if (only !== undefined && digests.length === 1) return only;
  const hasher = await createSha256();
  hasher.update(new TextEncoder().encode(digests.map((digest) => `${digest}\n`).join("")));
  return hasher.digest();
}
