/** Own samples to and from a file; fetched when somebody saves or opens one. */
import { PivotscopeError } from "../../../core/errors.ts";
import {
  type PictureFile,
  parseOwnSamples,
  type SavedSample,
  serialiseOwnSamples,
} from "../../../models/own-samples-json.ts";
import { LARGEST_OWN_SAMPLES_FILE } from "../../../models/own-samples-limits.ts";
import type { Environment } from "../../environment.ts";
import { namePicture, shrinkPicture } from "./own-samples-pictures.ts";
import type { OwnEntry } from "./own-samples-state.ts";

const TYPES: readonly string[] = ["image/png", "image/jpeg", "image/webp"];

/**
 * The samples as a file's name and text, which this page opens again.
 *
 * @param largest bytes that the file may have.
 * @throws PivotscopeError `bad-input` where the samples are too many, or the file would be larger.
 */
export async function saveOwnSamples(
  entries: readonly OwnEntry[],
  largest = LARGEST_OWN_SAMPLES_FILE,
): Promise<{ name: string; text: string }> {
  const check = (bytes: number) => {
    if (bytes <= largest) return;
    throw new PivotscopeError(
      "bad-input",
      `The ${entries.length} samples make a file of ${mebibytes(bytes)} MiB; up to ${mebibytes(largest)} MiB can be opened.`,
      "Remove some samples and save again.",
    );
  };
  // Before anything is read: base64 makes four characters of three bytes.
  check(entries.reduce((sum, { picture }) => sum + Math.ceil((picture?.file.size ?? 0) / 3) * 4, 0));
  const text = serialiseOwnSamples(await samplesOf(entries));
  check(new Blob([text]).size);
  return { name: `pivotscope-own-samples-${entries.length}.json`, text };
}

/** The samples as a file has them, with their pictures' bytes. */
export async function samplesOf(entries: readonly OwnEntry[]): Promise<readonly SavedSample[]> {
  const samples: SavedSample[] = [];
  for (const { picture, question, answer, trace } of entries) {
    const name = picture?.name ?? "";
    samples.push({ name, picture: picture && (await fileOf(picture.file)), question, answer, trace });
  }
  return samples;
}

const mebibytes = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10;

async function fileOf(file: Blob): Promise<PictureFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { type: TYPES.includes(file.type) ? (file.type as PictureFile["type"]) : typeOf(bytes), bytes };
}

/** A file that came without a type: its first bytes tell. */
function typeOf([first, second]: Uint8Array): PictureFile["type"] {
  if (first === 0xff && second === 0xd8) return "image/jpeg";
  return first === 0x52 ? "image/webp" : "image/png";
}

/**
 * The samples of a file, with all traces: whoever uses a trace asks whose it is.
 * @throws PivotscopeError `bad-input` naming the field or the picture, `unsupported` for a later version.
 */
export async function openOwnSamples(environment: Environment, file: File): Promise<Omit<OwnEntry, "number">[]> {
  if (file.size > LARGEST_OWN_SAMPLES_FILE) {
    throw new PivotscopeError(
      "bad-input",
      `${file.name} has ${mebibytes(file.size)} MiB; up to ${mebibytes(LARGEST_OWN_SAMPLES_FILE)} MiB are supported.`,
      "Open a file with fewer or smaller pictures.",
    );
  }
  const entries: Omit<OwnEntry, "number">[] = [];
  for (const sample of parseOwnSamples(await file.text(), file.name)) {
    const { name, picture, question, answer, trace } = sample;
    let own: OwnEntry["picture"] = null;
    if (picture) {
      const shown = name || `picture ${entries.length + 1} of ${file.name}`;
      const small = await shrinkPicture(environment, new Blob([picture.bytes], { type: picture.type }), shown);
      own = { id: await namePicture(small), name: shown, file: small };
    }
    entries.push({ picture: own, question, answer, trace });
  }
  return entries;
}
