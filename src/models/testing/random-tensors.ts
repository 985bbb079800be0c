/**
 * Random weights for a checkpoint of a given shape, and the layout of its safetensors files. Pure: nothing is read or
 * written, and a tensor is filled piece by piece.
 *
 * What a tensor holds depends on the seed, its name, its shape and its dtype alone, not on the other tensors, so that a
 * checkpoint with fewer layers or in several files has the same numbers under the same names.
 */
import { createRandom, type Random } from "../../core/random.ts";

export const RANDOM_DTYPES = ["BF16", "F16", "F32"] as const;
export type RandomDtype = (typeof RANDOM_DTYPES)[number];

export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface PlacedTensor extends TensorShape {
  /** First byte and byte after the last, counted from the start of the data. */
  readonly begin: number;
  readonly end: number;
}

export interface FileLayout {
  /** The file's first bytes: the header's length and the header, padded to a multiple of 8 with spaces. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** In the order of their bytes, which is that of their names. */
  readonly tensors: readonly PlacedTensor[];
  /** Length of the whole file. */
  readonly bytes: number;
}

/** Bytes of one element. */
export function elementBytes(dtype: RandomDtype): number {
  return dtype === "F32" ? 4 : 2;
}

/** Where everything lies in one safetensors file, as transformers writes it: names sorted, compact JSON. */
export function layOutFile(tensors: readonly TensorShape[], dtype: RandomDtype): FileLayout {
  const placed: PlacedTensor[] = [];
  let position = 0;
  for (const { name, shape } of sortByName(tensors)) {
    const end = position + count(shape) * elementBytes(dtype);
    placed.push({ name, shape, begin: position, end });
    position = end;
  }
  const entries = placed.map(({ name, shape, begin, end }) => [name, { dtype, shape, data_offsets: [begin, end] }]);
  const json = JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return { header, tensors: placed, bytes: header.length + position };
}

/** Splits tensors in the order of their names into `files` runs of about equal bytes; fewer when there are fewer. */
export function splitTensors(tensors: readonly TensorShape[], files: number): TensorShape[][] {
  const total = tensors.reduce((sum, tensor) => sum + count(tensor.shape), 0);
  const runs: TensorShape[][] = Array.from({ length: files }, () => []);
  let before = 0;
  for (const tensor of sortByName(tensors)) {
    runs[Math.min(files - 1, Math.floor((before / total) * files))]?.push(tensor);
    before += count(tensor.shape);
  }
  return runs.filter((run) => run.length > 0);
}

/** Numbers of an element's values that are prepared; each element picks one of them. A power of two. */
const TABLE_SIZE = 65_536;

/** Makes tensors' bytes. */
export interface RandomTensors {
  /**
   * The little-endian bytes of a tensor in pieces of at most `pieceBytes` (a multiple of 4); each is overwritten by the
   * next.
   */
  pieces(tensor: TensorShape, pieceBytes?: number): Generator<Uint8Array<ArrayBuffer>>;
}

/**
 * Weights that keep a model sane: hidden states near 1, attention neither uniform nor on one token, logits that spread.
 *
 * @param tied whether the head shares the embedding's matrix, which then gets the head's scale.
 */
export function createRandomTensors(seed: number, dtype: RandomDtype, tied: boolean): RandomTensors {
  const random = createRandom(seed);
  const normal = Float64Array.from({ length: TABLE_SIZE }, () => random.normal());

  function* pieces(tensor: TensorShape, pieceBytes = 4 * 1024 * 1024): Generator<Uint8Array<ArrayBuffer>> {
    const { mean, deviation } = distribution(tensor, tied);
    const table = encode(
      normal.map((value) => mean + deviation * value),
      dtype,
    );
    const source = createRandom(hash(tensor.name) ^ seed);
    let left = count(tensor.shape);
    const piece = dtype === "F32" ? new Uint32Array(pieceBytes / 4) : new Uint16Array(pieceBytes / 2);
    while (left > 0) {
      const taken = Math.min(left, piece.length);
      pick(piece.subarray(0, taken), table, source);
      yield new Uint8Array(piece.buffer, 0, taken * piece.BYTES_PER_ELEMENT);
      left -= taken;
    }
  }
  return { pieces };
}

/** Fills `target` with entries of `table`, two for each draw of 32 bits. */
function pick(target: Uint16Array | Uint32Array, table: Uint16Array | Uint32Array, source: Random): void {
  for (let index = 0; index < target.length; index += 2) {
    const word = source.integer(4_294_967_296);
    target[index] = table[word & 0xffff] ?? 0;
    if (index + 1 < target.length) target[index + 1] = table[word >>> 16] ?? 0;
  }
}

/** Gains over 1/√(inputs), by the end of a matrix' name; what is not named has 1. */
const GAINS: readonly (readonly [RegExp, number])[] = [
  [/lm_head\.weight$/, 4],
  [/\.(q|k)_proj\.weight$/, 1.4],
];

function distribution({ name, shape }: TensorShape, tied: boolean): { mean: number; deviation: number } {
  if (name.endsWith(".bias")) return { mean: 0, deviation: 0.02 };
  if (shape.length < 2) return { mean: 1, deviation: 0.05 };
  const inputs = count(shape.slice(1));
  // A table is looked up, not multiplied by; a tied one is both, and its products are the logits.
  if (name.endsWith("embed_tokens.weight")) return { mean: 0, deviation: tied ? 4 / Math.sqrt(inputs) : 1 };
  if (name.endsWith("position_embedding.weight")) return { mean: 0, deviation: 0.5 };
  const gain = GAINS.find(([pattern]) => pattern.test(name))?.[1] ?? 1;
  return { mean: 0, deviation: gain / Math.sqrt(inputs) };
}

/** Bit patterns of the values, rounded to nearest even. */
function encode(values: Float64Array, dtype: RandomDtype): Uint16Array | Uint32Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  if (dtype === "F32") return bits;
  if (dtype === "BF16") return Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
  return Uint16Array.from(values, float16Bits);
}

/** IEEE 754 binary16 of a finite value below 65,504. */
function float16Bits(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  // Values below 2^-14 are multiples of 2^-24, above they have 10 bits behind the leading one.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundEven(size / 2 ** (exponent - 10));
  return sign | (exponent === -14 ? steps : ((exponent + 14) << 10) + steps);
}

function roundEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** FNV-1a over UTF-16 code units, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state >>> 0;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function sortByName<Item extends TensorShape>(tensors: readonly Item[]): Item[] {
  return [...tensors].sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
}
