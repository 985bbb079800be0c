/** Own samples to and from a file; fetched when somebody saves or opens one. */
import { PivotscopeError } from "../core/errors.ts";
import {
  type PictureFile,
  parseOwnSamples,
  type SavedSample,
  serialiseOwnSamples,
} from "../models/own-samples-json.ts";
import type { Environment } from "./environment.ts";
import type { OwnEntry } from "./own-samples.ts";
import { namePicture, shrinkPicture } from "./own-samples-pictures.ts";

/** Larger files could not become one text. */
const LARGEST_FILE = 2 ** 28;

const TYPES: readonly string[] = ["image/png", "image/jpeg", "image/webp"];

export async function saveOwnSamples(entries: readonly OwnEntry[]): Promise<{ name: string; text: string }> {
  const samples: SavedSample[] = [];
  for (const { picture, question, answer, trace } of entries) {
    samples.push({
      name: picture?.name ?? "",
      picture: picture && (await fileOf(picture.file)),
      question,
      answer,
      trace,
    });
  }
  return { name: `pivotscope-own-samples-${entries.length}.json`, text: serialiseOwnSamples(samples) };
}

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
  if (file.size > LARGEST_FILE) {
    throw new PivotscopeError(
      "bad-input",
      `${file.name} has ${Math.round(file.size / 2 ** 20)} MiB; up to ${LARGEST_FILE / 2 ** 20} MiB are supported.`,
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
