/**
 * Hex SHA-256 of the weights file: ties a Plan to the weights it was made for.
 *
 * Project decision: where `crypto.subtle` is missing (a page served over plain HTTP from another machine) the hash is
 * the empty string, which stands for "unknown" and must be compared with nothing. Another, weaker hash would make the
 * same weights look like two different models.
 *
 * @returns 64 lower-case hex digits, or an empty string.
 */
export async function hashWeights(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return "";
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
