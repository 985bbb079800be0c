/**
 * SHA-256 of weights, computed while they pass by: ties a Plan to the weights it was made for.
 *
 * crypto.subtle takes a file as a whole only, and is missing on pages that were served over plain HTTP; this one is
 * WebAssembly and needs neither. It is loaded with the first weights.
 */
import { onDemand } from "../core/on-demand.ts";
import type { Sha256 } from "./source.ts";

const loadHashes = onDemand(async () => {
  // By name, so that the build leaves the library's other hashes out.
  const { createSHA256 } = await import("hash-wasm");
  return { createSHA256 };
});

export async function createSha256(): Promise<Sha256> {
  const { createSHA256 } = await loadHashes();
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
  return sha256Of([new TextEncoder().encode(digests.map((digest) => `${digest}\n`).join(""))]);
}

let small: ReturnType<typeof import("hash-wasm").createSHA256> | null = null;

/** Hex SHA-256 of pieces that are all here. One hasher serves all of them: each has a WebAssembly memory of its own. */
export async function sha256Of(pieces: readonly Uint8Array[]): Promise<string> {
  const { createSHA256 } = await loadHashes();
  small ??= createSHA256();
  const hasher = await small;
  // Nothing is awaited from here on, so that nobody else's pieces come in between.
  hasher.init();
  for (const piece of pieces) hasher.update(piece);
  return hasher.digest("hex");
}
