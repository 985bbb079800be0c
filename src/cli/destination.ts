/**
 * Where a command's result goes: tried before the work, written whole or not at all. The file is written beside its place
 * and then takes it, so that whoever reads it meanwhile, and whoever comes after an interruption or a full disk, finds the
 * old or the new one.
 */
import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { invariant, PivotscopeError } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { fileError } from "./file-errors.ts";

/** Text in one piece, or in pieces that are made as they are written; or bytes, which only a file takes. */
export type Text = string | Iterable<string>;
export type Content = Text | Uint8Array;

export interface Destination {
  /** @throws PivotscopeError naming the file and what was wrong; what stood there before is kept. */
  write(content: Content): Promise<void>;
}

export interface Asked {
  /** The option that names the file, for messages; else `out`. */
  readonly option?: string;
  /** Files and checkpoint folders that the command reads; where none is named, undefined. */
  readonly inputs?: readonly (string | undefined)[];
}

/**
 * The file at `path`, or standard output where none is named.
 *
 * @throws PivotscopeError `not-found` when its folder does not exist; `bad-input` when nothing can be written there, when it
 *   is a folder or one of the inputs, or when it lies in a folder that is an input.
 */
export async function openDestination(
  path: string | undefined,
  context: CommandContext,
  { option = "out", inputs = [] }: Asked = {},
): Promise<Destination> {
  if (path === undefined) {
    return {
      write: async (content) => {
        invariant(!(content instanceof Uint8Array), "Bytes are written to a file.");
        for (const piece of piecesOf(content)) context.write(piece);
      },
    };
  }
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new PivotscopeError("bad-input", `--${option} ${path} is a folder.`, "Name a file.");
  // Devices and pipes have no beside: /dev/null, /dev/stdout, a named pipe.
  if (found && !found.isFile()) return { write: (content) => writeInto(path, path, content) };
  const place = await placeOf(path, option);
  for (const input of inputs) if (input !== undefined) await refuseInput(path, place, input, option);
  await tryPlace(path, place);
  return { write: (content) => replace(path, place, content, found?.mode) };
}

/** Absolute path without links: a link keeps pointing at the file that is written. */
async function placeOf(path: string, option: string): Promise<string> {
  const whole = await realpath(path).catch(() => null);
  if (whole !== null) return whole;
  const folder = dirname(resolve(path));
  const real = await realpath(folder).catch(() => null);
  const kind = real === null ? null : await stat(real);
  if (real !== null && kind?.isDirectory()) return join(real, basename(path));
  throw new PivotscopeError(
    "not-found",
    `--${option} ${path}: the folder ${folder} does not exist.`,
    "Make the folder first, or choose another.",
  );
}

async function refuseInput(path: string, place: string, input: string, option: string): Promise<void> {
  // What is not there, such as a repository of the hub, is not overwritten; if it should be, reading it says so.
  const real = await realpath(input).catch(() => null);
  if (real === null) return;
  const refuse = (reason: string) =>
    new PivotscopeError("bad-input", `--${option} ${path} ${reason}, which this command reads.`, "Name another file.");
  if (real === place) throw refuse("is the file");
  const within = relative(real, place);
  const folder = (await stat(real)).isDirectory();
  if (folder && within.split(sep)[0] !== "..") throw refuse(`lies in the folder ${input}`);
}

/** A name of its own for each process: two of them never write into one unfinished file. */
function besideOf(place: string): string {
  return join(dirname(place), `.${basename(place)}.${process.pid}.${randomUUID().slice(0, 8)}.part`);
}

async function tryPlace(path: string, place: string): Promise<void> {
  const beside = besideOf(place);
  try {
    // The file itself may be locked against writing where its folder is not, and replacing it would go round that.
    await (await open(place, "r+").catch(ignoreMissing))?.close();
    await (await open(beside, "wx")).close();
    await rm(beside);
  } catch (error) {
    throw fileError(error, path, "written");
  }
}

function ignoreMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

/** @param mode rights of the file that is replaced, which the new one gets. */
async function replace(path: string, place: string, content: Content, mode: number | undefined): Promise<void> {
  const beside = besideOf(place);
  try {
    await writeInto(beside, path, content, mode);
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error instanceof PivotscopeError ? error : fileError(error, path, "written");
  }
}

/** Writes to `file`; messages name `path`. */
async function writeInto(file: string, path: string, content: Content, mode?: number): Promise<void> {
  try {
    const handle = await open(file, "w", mode);
    try {
      const pieces = content instanceof Uint8Array ? [content] : piecesOf(content);
      for (const piece of pieces) await handle.writeFile(piece);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, path, "written");
  }
}

function piecesOf(text: Text): Iterable<string> {
  return typeof text === "string" ? [text] : text;
}
