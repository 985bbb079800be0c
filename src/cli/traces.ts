/** A file of traces that were written elsewhere, for example by another implementation of the same model. */
import { PivotscopeError } from "../core/errors.ts";
import { fileSource, parseJson, readJson } from "../core/json/read.ts";
import { list, object, text } from "../core/json/schemas.ts";
import { plural } from "../core/words.ts";
import { readText } from "./files.ts";

const tracesSchema = object({ traces: list(text) });

/**
 * Reads `{"traces": ["…", …]}`.
 *
 * @param count how many samples the traces belong to.
 * @throws PivotscopeError `bad-input` when the file has another form or another number of traces.
 */
export async function readTraces(file: string, count: number): Promise<readonly string[]> {
  const source = fileSource(file, { code: "bad-input", hint: 'Write {"traces": ["…", …]}, one text for each sample.' });
  const { traces } = readJson(tracesSchema, parseJson(await readText(file), source), source);
  if (traces.length >= count) return traces.slice(0, count);
  throw new PivotscopeError(
    "bad-input",
    `${file} has ${plural(traces.length, "trace")} for ${plural(count, "sample")}.`,
    "Write one for each.",
  );
}
