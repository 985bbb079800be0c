/** Zip files: written as a stream, and read whole within bounds that are known before anything is unpacked. */
import { makeZip } from "client-zip";
import { unzipSync } from "fflate";
import { PivotscopeError, reasonOf } from "../core/errors.ts";
import { formatBytes } from "../core/format-bytes.ts";

export interface ZipEntry {
  /** Path within the file, with `/` between folders. */
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer> | Blob | string;
}

export interface ZipLimits {
  readonly entries: number;
  /** Of all entries together, unpacked. */
  readonly bytes: number;
}

/** Plain names in plain folders: none that leads out of a folder, and none that an object has by itself. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._ -]*(\/[\p{L}\p{N}][\p{L}\p{N}._ -]*)*$/u;
const LONGEST_NAME = 200;

const HINT = "Choose the file as it was saved; a download that broke off has to be made again.";

/** The bytes of a zip file, entry after entry, stored as they are. @param date that all entries carry. */
export function writeZip(
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
  date: Date,
): ReadableStream<Uint8Array> {
  async function* inputs() {
    for await (const { name, content } of entries) yield { name, lastModified: date, input: content };
  }
  return makeZip(inputs());
}

/** Whether bytes begin as a zip file does. */
export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] ?? 9) < 9 && (bytes[3] ?? 9) < 9;
}

/**
 * All entries of a zip file by name. What an entry claims to unpack to is counted before it is unpacked, and none unpacks to
 * more than it claims. Contents are not checked: checksums of zip files are read by nobody here.
 *
 * @param file its name, for messages.
 * @throws PivotscopeError `bad-input` for a file that is damaged or cut off, has more or larger entries than `limits`, or
 * entries of one name or with names that are no plain paths.
 */
export function readZip(
  bytes: Uint8Array,
  file: string,
  limits: ZipLimits,
): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const refused = (what: string) => new PivotscopeError("bad-input", `${file} ${what}.`, HINT);
  const names = new Set<string>();
  let total = 0;
  const look = (entry: { name: string; size: number; originalSize: number }) => {
    const { name, size, originalSize } = entry;
    // Folders have entries of their own where another program has packed the file.
    if (name.endsWith("/") && originalSize === 0) return false;
    if (name.length > LONGEST_NAME || !NAME.test(name)) {
      throw refused(`has an entry with the name "${name.slice(0, 60)}", which is no plain path`);
    }
    if (names.has(name)) throw refused(`has two entries with the name "${name}"`);
    names.add(name);
    if (names.size > limits.entries) throw refused(`has more than ${limits.entries} entries`);
    total += Math.max(size, originalSize);
    if (!(total <= limits.bytes)) {
      throw refused(`unpacks to ${formatBytes(total)} or more; up to ${formatBytes(limits.bytes)} are supported`);
    }
    return true;
  };
  try {
    const found = unzipSync(bytes, { filter: look });
    return new Map(Object.entries(found) as [string, Uint8Array<ArrayBuffer>][]);
  } catch (error) {
    if (error instanceof PivotscopeError) throw error;
    throw new PivotscopeError("bad-input", `${file} is no whole zip file: ${reasonOf(error)}.`, HINT, { cause: error });
  }
}
