/**
 * The byte alphabet of byte-level BPE.
 *
 * GPT-2's tokenizer writes every byte as one printable character: printable Latin-1 bytes as themselves, the others as
 * the characters from U+0100 on, in order. A token's text in tokenizer.json is a string over this alphabet, so that a
 * token may hold part of a multi-byte character.
 */

/** The character of each byte, in the order of the bytes. */
export const BYTE_CHARACTERS: readonly string[] = createAlphabet();

const BYTE_OF_CHARACTER = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

function createAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    if (printable) return String.fromCodePoint(byte);
    const moved = String.fromCodePoint(next);
    next += 1;
    return moved;
  });
}

/** Bytes that `token` stands for, or null when it holds a character outside the alphabet. */
export function bytesOfToken(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length);
  let index = 0;
  for (const character of token) {
    const byte = BYTE_OF_CHARACTER.get(character);
    if (byte === undefined) return null;
    bytes[index] = byte;
    index += 1;
  }
  return bytes;
}

const encoder = new TextEncoder();

/** The UTF-8 bytes of `text`, each as its character. */
export function bytesAsCharacters(text: string): string {
  return Array.from(encoder.encode(text), (byte) => BYTE_CHARACTERS[byte]).join("");
}
