/**
 * The header of a safetensors file: which tensors lie where.
 *
 * Layout (safetensors, format description): 8 bytes little-endian header length N, N bytes of JSON, then the data.
 * The JSON maps each tensor's name to {dtype, shape, data_offsets: [begin, end)} counted from the start of the data;
 * "__metadata__" may hold strings. The header is checked in full before any tensor is read, from the header's bytes
 * and the file's length alone, so that a file may also be read in ranges or in shards.
 */
import * as v from "valibot";
import { PivotscopeError } from "../core/errors.ts";
import { type JsonSource, parseJson, readJson } from "../core/json/read.ts";
import { anything, ids, mapOf, numbers, object, text } from "../core/json/schemas.ts";
import { plural } from "../core/words.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import { refusePointer } from "./git-lfs.ts";

/** Bits per element of every dtype whose layout we know; only some of them can be read as numbers. */
export const DTYPE_BITS = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  C64: 64,
  I64: 64,
  U64: 64,
} as const;

export type Dtype = keyof typeof DTYPE_BITS;

export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  /** First byte and byte after the last, counted from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the data starts and ends, counted from the start of the file; the end is the file's. */
  readonly dataBegin: number;
  readonly dataEnd: number;
}

/** The reference implementation refuses longer headers too. */
export const MAXIMUM_HEADER_BYTES = 100_000_000;

/** Bytes of the header's length, which come first. */
export const LENGTH_BYTES = 8;
const METADATA = "__metadata__";
const DOWNLOAD_AGAIN = "Download the file again; it is damaged or not a safetensors file.";

function damaged(file: string, what: string): PivotscopeError {
  return new PivotscopeError("bad-checkpoint", `${file}: ${what}`, DOWNLOAD_AGAIN);
}

/**
 * Length of the JSON header.
 *
 * @param start at least the first 8 bytes of the file.
 * @param fileBytes length of the whole file in bytes; null where that is unknown.
 * @throws PivotscopeError `bad-checkpoint` when the file is too short, is a Git LFS pointer, or the length cannot be true.
 */
export function readHeaderLength(start: Uint8Array, fileBytes: number | null, file: string): number {
  if (start.length < LENGTH_BYTES) {
    throw damaged(
      file,
      `the file has ${plural(fileBytes ?? start.length, "byte")}; the header's length alone takes ${LENGTH_BYTES}.`,
    );
  }
  refusePointer(start, file);
  const view = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAXIMUM_HEADER_BYTES) {
    throw damaged(file, `the header claims ${plural(length, "byte")}; at most ${MAXIMUM_HEADER_BYTES} are allowed.`);
  }
  if (fileBytes !== null && length > fileBytes - LENGTH_BYTES) {
    throw damaged(
      file,
      `the header claims ${plural(length, "byte")}, but its length is followed by ${fileBytes - LENGTH_BYTES}.`,
    );
  }
  return length;
}

const headerSchema = mapOf(anything);
const metadataSchema = v.nullish(mapOf(text));
const tensorSchema = object({
  dtype: text,
  shape: ids,
  data_offsets: numbers(0, { maximum: Number.MAX_SAFE_INTEGER, length: 2, whole: true }),
});

/**
 * Reads and checks the whole header.
 *
 * @param start the file's first bytes, at least up to the end of the header.
 * @param fileBytes length of the whole file in bytes; null where that is unknown, then the last tensor ends it.
 * @param file the file's name for messages.
 * @throws PivotscopeError `bad-checkpoint` for every kind of damage, `unsupported` for a dtype we do not know.
 */
export function parseSafetensorsHeader(start: Uint8Array, fileBytes: number | null, file: string): SafetensorsHeader {
  const headerBytes = readHeaderLength(start, fileBytes, file);
  const dataBegin = LENGTH_BYTES + headerBytes;
  if (start.length < dataBegin) {
    throw damaged(file, `${plural(start.length, "byte")} came; the header ends at byte ${dataBegin}.`);
  }
  const json = decodeText(start.subarray(LENGTH_BYTES, dataBegin), file);
  const source = checkpointFile(`${file} (header)`);
  const header = readJson(headerSchema, parseJson(json, source), source);
  refuseRepeatedNames(json, file);

  const tensors = new Map<string, TensorInfo>();
  for (const [name, found] of header) {
    if (name === METADATA) continue;
    tensors.set(name, parseTensor(name, found, source, dataBegin, fileBytes, file));
  }
  const metadata = readJson(metadataSchema, header.get(METADATA), source, METADATA) ?? new Map();
  const dataEnd = checkCoverage(tensors, dataBegin, fileBytes, file);
  return { tensors, metadata, dataBegin, dataEnd };
}

function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PivotscopeError("bad-checkpoint", `${file}: the header is not UTF-8 text.`, DOWNLOAD_AGAIN, { cause });
  }
}

function parseTensor(
  name: string,
  found: unknown,
  source: JsonSource,
  dataBegin: number,
  fileBytes: number | null,
  file: string,
): TensorInfo {
  const { dtype, shape, data_offsets: offsets } = readJson(tensorSchema, found, source, name);
  if (!isDtype(dtype)) {
    throw new PivotscopeError(
      "unsupported",
      `${file}: tensor "${name}" has dtype "${dtype}"; known are ${Object.keys(DTYPE_BITS).join(", ")}.`,
      "Use a checkpoint in BF16, F16 or F32.",
    );
  }
  const [begin = 0, end = 0] = offsets;
  const dataBytes = (fileBytes ?? Number.POSITIVE_INFINITY) - dataBegin;
  if (begin > end || end > dataBytes) {
    throw damaged(file, `tensor "${name}" claims bytes ${begin} to ${end}; the data has ${plural(dataBytes, "byte")}.`);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  const needed = (size * DTYPE_BITS[dtype]) / 8;
  if (needed !== end - begin) {
    throw damaged(
      file,
      `tensor "${name}" is ${dtype} [${shape.join(", ")}], ${plural(needed, "byte")}, but its offsets span ${end - begin}.`,
    );
  }
  return { name, dtype, shape, size, begin: dataBegin + begin, end: dataBegin + end };
}

function isDtype(text: string): text is Dtype {
  return Object.hasOwn(DTYPE_BITS, text);
}

/**
 * The data must be covered by the tensors exactly: an overlap or a hole means that some offsets are wrong. Returns where
 * it ends.
 */
function checkCoverage(
  tensors: ReadonlyMap<string, TensorInfo>,
  dataBegin: number,
  fileBytes: number | null,
  file: string,
): number {
  const inOrder = [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = dataBegin;
  let previous = "the header";
  for (const tensor of inOrder) {
    if (tensor.begin < position) throw damaged(file, `tensors "${previous}" and "${tensor.name}" overlap.`);
    if (tensor.begin > position) {
      throw damaged(
        file,
        `what lies before tensor "${tensor.name}" (${plural(tensor.begin - position, "byte")}) belongs to no tensor.`,
      );
    }
    position = tensor.end;
    previous = tensor.name;
  }
  if (fileBytes !== null && position !== fileBytes) {
    throw damaged(
      file,
      `what lies after the last tensor (${plural(fileBytes - position, "byte")}) belongs to no tensor.`,
    );
  }
  return position;
}

/**
 * JSON.parse keeps the last of two equal names without a word, so the names of every object are read again from the text.
 *
 * @throws PivotscopeError `bad-checkpoint` that names the first repeated name.
 */
export function refuseRepeatedNames(text: string, file: string): void {
  const open: Set<string>[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const match of text.matchAll(tokens)) {
    const token = match[0];
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (match[1] !== undefined) {
      const name = String(JSON.parse(token.slice(0, token.length - match[1].length)));
      const seen = open.at(-1);
      if (seen?.has(name)) throw damaged(file, `"${name}" is listed twice.`);
      seen?.add(name);
    }
  }
}
