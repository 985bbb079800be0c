/** Files that the command line reads, with errors that name them. */
import { constants } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { PivotscopeError } from "../core/errors.ts";
import { fileError } from "./file-errors.ts";

/** @throws PivotscopeError `not-found` or `bad-input` naming the path. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(path).then(
    (bytes) => new Uint8Array(bytes),
    (error: unknown) => {
      throw fileError(error, path, "read");
    },
  );
}

/**
 * The file as UTF-8 text.
 * @throws PivotscopeError as `readBytes`, and `bad-input` for a file that is empty, too large for one text, or not UTF-8.
 */
export async function readText(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(error, path, "read");
  });
  if (found.isFile() && found.size > constants.MAX_STRING_LENGTH) {
    const [size, most] = [found.size, constants.MAX_STRING_LENGTH].map((bytes) => Math.floor(bytes / 1e6));
    throw new PivotscopeError(
      "bad-input",
      `${path} has ${size} MB; texts of at most ${most} MB can be read.`,
      "Check that it is the right file, or split it.",
    );
  }
  const bytes = await readBytes(path);
  if (bytes.length === 0)
    throw new PivotscopeError("bad-input", `${path} is empty.`, "Check that it is the right file.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PivotscopeError("bad-input", `${path} is not UTF-8 text.`, "Save it as UTF-8, or check the path.", {
      cause,
    });
  }
}

/** The same, or null where there is no such file. */
export async function readTextIfThere(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found === null ? null : readText(path);
}
