/** Files that the command line reads and writes, with errors that name them. */
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PivotscopeError, reworded } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";

function fileError(error: unknown, path: string, doing: "read" | "written"): PivotscopeError {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOENT") {
    return new PivotscopeError("not-found", `${path} does not exist.`, "Check the path.", { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new PivotscopeError("bad-input", `${path} could not be ${doing}: ${reason}.`, "Check path and permissions.", {
    cause: error,
  });
}

/** @throws PivotscopeError `not-found` or `bad-input` naming the path. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(path).then(
    (bytes) => new Uint8Array(bytes),
    (error: unknown) => {
      throw fileError(error, path, "read");
    },
  );
}

/** The file as UTF-8 text. @throws PivotscopeError, as readBytes. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path));
}

/** The same, or null where there is no such file. */
export async function readTextIfThere(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found === null ? null : readText(path);
}

/** Writes a file so that whoever reads it meanwhile, or after an interruption, finds the old or the new one whole. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    throw fileError(error, path, "written");
  }
}

/**
 * Finds out before the long work whether its result can be written.
 * @throws PivotscopeError `not-found` when the folder does not exist, `bad-input` when `path` is itself a folder.
 */
export async function checkDestination(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const folder = await stat(dirname(resolve(path))).catch(() => null);
  if (!folder?.isDirectory()) {
    throw new PivotscopeError(
      "not-found",
      `--out ${path}: the folder ${dirname(resolve(path))} does not exist.`,
      "Make the folder first, or choose another.",
    );
  }
  const target = await stat(path).catch(() => null);
  if (target?.isDirectory()) {
    throw new PivotscopeError("bad-input", `--out ${path} is a folder.`, "Name a file.");
  }
}

/** Writes a result to the file, or to standard output where none is named. */
export async function writeResult(path: string | undefined, text: string, context: CommandContext): Promise<void> {
  if (path === undefined) {
    context.write(text);
    return;
  }
  await writeFile(path, text).catch((error: unknown) => {
    throw fileError(error, path, "written");
  });
}

/** Puts the file's name before the message of what goes wrong inside it. */
export function inFile<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PivotscopeError)) throw error;
    throw reworded(error, `${file}: ${error.message}`);
  }
}
