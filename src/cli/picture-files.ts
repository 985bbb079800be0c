/** Pictures that a samples file names: which may be read, and what is said about them. */
import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { PivotscopeError } from "../core/errors.ts";
import { isAnimation } from "../models/image/size-guard.ts";
import type { CommandContext } from "./context.ts";
import { readBytes } from "./files.ts";
import { printable } from "./printable.ts";

/** Goes into the options of every command that reads pictures of a samples file. */
export const ANY_FOLDER = {
  type: "flag",
  explanation: "Let the samples file name pictures outside of its own folder.",
} as const;

/**
 * The path of a picture that `file` names. Samples files come from others: without `anyFolder` they reach what lies in their
 * own folder and below, also by way of links.
 *
 * @throws PivotscopeError `bad-input` naming file and picture.
 */
export async function picturePath(file: string, picture: string, anyFolder: boolean): Promise<string> {
  const folder = resolve(dirname(file));
  const path = resolve(folder, picture);
  if (anyFolder) return path;
  // A file that is not there is named by whoever reads it.
  const real = await Promise.all([realpath(folder), realpath(path)]).catch(() => null);
  if (isInside(folder, path) && (real === null || isInside(...real))) return path;
  throw new PivotscopeError(
    "bad-input",
    `${file}: the picture "${picture}" lies outside of the file's folder.`,
    "Put it into that folder or below; or give --any-folder if you trust the file.",
  );
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Reads a picture that `file` names, and says where it is an animation. @throws PivotscopeError as `picturePath`, `readBytes`. */
export async function readListedPicture(
  file: string,
  picture: string,
  { anyFolder, context }: { readonly anyFolder: boolean; readonly context: CommandContext },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(await picturePath(file, picture, anyFolder));
  noteAnimation(bytes, picture, context);
  return bytes;
}

/** Says on standard error that only the first picture of an animation is taken. */
export function noteAnimation(bytes: Uint8Array, name: string, { writeError, showProgress }: CommandContext): void {
  if (!isAnimation(bytes)) return;
  // Over the progress line, which is drawn again.
  writeError(`${showProgress ? "\r\u001B[K" : ""}${printable(name)} moves; its first picture is taken.\n`);
}
