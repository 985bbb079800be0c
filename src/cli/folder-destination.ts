/**
 * A folder that a command writes: whole or not at all. Its files are written into a folder beside its place, which is then
 * renamed, so that after an interruption or on a full disk there is nothing that looks like a result.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, realpath, rename, rm, rmdir, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { invariant, PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { formatBytes } from "../core/format-bytes.ts";
import type { ExportedFile } from "../models/export/contract.ts";
import { insidePath } from "../models/source.ts";
import { fileError } from "./file-errors.ts";

export interface FolderDestination {
  /**
   * Writes the files and gives the folder its name.
   *
   * @param onProgress bytes written, bytes in all, and the file at hand.
   * @throws PivotscopeError `bad-input` naming the folder and what was wrong; whatever the files' streams throw.
   */
  write(
    files: readonly ExportedFile[],
    signal: AbortSignal,
    onProgress: (done: number, total: number, path: string) => void,
  ): Promise<void>;
}

/**
 * The folder at `path`, which need not be there, or may be there empty.
 *
 * @param inputs folders and files that the command reads; where one is not named, undefined.
 * @throws PivotscopeError `bad-input` for a file, a folder that holds something, a place in an input, and where nothing can be
 *   written; `not-found` where the folder around it does not exist.
 */
export async function openFolderDestination(
  path: string,
  inputs: readonly (string | undefined)[] = [],
): Promise<FolderDestination> {
  const place = await placeOf(path);
  for (const input of inputs) if (input !== undefined) await refuseInput(path, place, input);
  await refuseTaken(path, place);
  await tryPlace(path, place);
  return { write: (files, signal, onProgress) => writeAll(path, place, files, signal, onProgress) };
}

async function placeOf(path: string): Promise<string> {
  const around = dirname(resolve(path));
  const real = await realpath(around).catch(() => null);
  const found = real === null ? null : await stat(real);
  if (real !== null && found?.isDirectory()) return join(real, basename(resolve(path)));
  throw new PivotscopeError(
    "not-found",
    `--out ${path}: the folder ${around} does not exist.`,
    "Make the folder first, or choose another.",
  );
}

async function refuseTaken(path: string, place: string): Promise<void> {
  const found = await stat(place).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory()) throw new PivotscopeError("bad-input", `--out ${path} is a file.`, "Name a folder.");
  const entries = await readdir(place).catch((error: unknown) => {
    throw fileError(error, path, "read");
  });
  if (entries.length === 0) return;
  throw new PivotscopeError(
    "bad-input",
    `--out ${path} is a folder that holds ${entries.slice(0, 3).join(", ")}${entries.length > 3 ? ", …" : ""}.`,
    "Name a folder that is not there yet; nothing is written over.",
  );
}

async function refuseInput(path: string, place: string, input: string): Promise<void> {
  const real = await realpath(input).catch(() => null);
  // What is not there, such as a repository of the hub, is not overwritten.
  if (real === null || relative(real, place).split(sep)[0] === "..") return;
  throw new PivotscopeError(
    "bad-input",
    `--out ${path} lies in ${input}, which this command reads.`,
    "Name another folder.",
  );
}

/** A name of its own for each process: two of them never write into one unfinished folder. */
function besideOf(place: string): string {
  return join(dirname(place), `.${basename(place)}.${process.pid}.${randomUUID().slice(0, 8)}.part`);
}

async function tryPlace(path: string, place: string): Promise<void> {
  const beside = besideOf(place);
  try {
    await mkdir(beside);
    await rmdir(beside);
  } catch (error) {
    throw fileError(error, path, "written");
  }
}

async function writeAll(
  path: string,
  place: string,
  files: readonly ExportedFile[],
  signal: AbortSignal,
  onProgress: (done: number, total: number, path: string) => void,
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  await requireSpace(path, place, total);
  const beside = besideOf(place);
  let done = 0;
  try {
    await mkdir(beside);
    for (const file of files) {
      await writeFile(beside, path, file, signal, (bytes) => {
        done += bytes;
        onProgress(done, total, file.path);
      });
    }
    // An empty folder in the place would stop the renaming on some systems; one that was filled meanwhile stops it on all.
    await rmdir(place).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    });
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => undefined);
    throw error instanceof PivotscopeError ? error : fileError(error, path, "written");
  }
}

async function writeFile(
  folder: string,
  named: string,
  file: ExportedFile,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const parts = insidePath(file.path).split("/");
  await mkdir(join(folder, ...parts.slice(0, -1)), { recursive: true });
  const handle = await open(join(folder, ...parts), "wx");
  let written = 0;
  try {
    for await (const piece of file.stream(signal)) {
      throwIfCancelled(signal);
      await handle.writeFile(piece).catch((error: unknown) => {
        throw fileError(error, `${named}/${file.path}`, "written");
      });
      written += piece.length;
      onBytes(piece.length);
    }
    // A disk may find out only now that it is full.
    await handle.sync();
  } finally {
    await handle.close();
  }
  invariant(written === file.bytes, `${file.path} has ${written} bytes; ${file.bytes} were announced.`);
}

/** Refuses at once what the disk cannot hold. */
async function requireSpace(path: string, place: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(place));
  if (bytes <= bavail * bsize) return;
  throw new PivotscopeError(
    "bad-input",
    `${path} would take ${formatBytes(bytes)}; its disk has ${formatBytes(bavail * bsize)} left.`,
    "Name a place on another disk, or make room.",
  );
}
