/** The version that a file states, which is looked at before anything else. */
import { PivotscopeError } from "../errors.ts";
import { type FieldSource, readJson } from "./read.ts";
import { integer, object } from "./schemas.ts";

const stated = object({ version: integer(0) });

/** @throws PivotscopeError of the source without a version; `unsupported` for another, with `hint`. */
export function checkVersion(found: unknown, version: number, source: FieldSource, hint: string): void {
  const file = readJson(stated, found, source);
  if (file.version === version) return;
  throw new PivotscopeError(
    "unsupported",
    `version: found ${file.version}, this program reads version ${version}.`,
    hint,
  );
}
