/** Names for contents: equal for equal contents, also over reloads, and of no use against somebody who wants them equal. */

/**
 * 128 bits of 32-bit words as 32 hex digits: four lanes after MurmurHash3's mixing, each fed by the one before it. About 1 ns
 * for a word. Two different contents have one name by a chance of 2⁻¹²⁸, as far as chance goes.
 */
export function nameOfWords(words: ArrayLike<number>): string {
  let [a, b, c, d] = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  for (let place = 0; place < words.length; place++) {
    const word = words[place] ?? 0;
    a = mix(a ^ word, 0xcc9e2d51);
    b = mix(b ^ (word + a), 0x1b873593);
    c = mix(c ^ (word - b), 0xe6546b64);
    d = mix(d ^ (word ^ c), 0x38b34ae5);
  }
  const lanes = [a, b, c, d].map((lane, index) => finish(lane ^ (words.length + index)));
  return lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The same of a text, by its UTF-16 units. */
export function nameOfText(text: string): string {
  const units = new Uint16Array(text.length);
  for (let place = 0; place < text.length; place++) units[place] = text.charCodeAt(place);
  return nameOfWords(units);
}

/** The same of a picture: of its pixels and its width. */
export function nameOfPicture({
  width,
  pixels,
}: {
  readonly width: number;
  readonly pixels: Uint8ClampedArray;
}): string {
  // Pixels have four bytes each; a copy, where they begin at an odd place of their buffer.
  const { buffer, byteOffset, length } = pixels.byteOffset % 4 === 0 ? pixels : pixels.slice();
  return `${width}x${nameOfWords(new Uint32Array(buffer, byteOffset, length >> 2))}`;
}

function mix(lane: number, factor: number): number {
  const product = Math.imul(lane, factor);
  return (product << 15) | (product >>> 17);
}

function finish(lane: number): number {
  const first = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
