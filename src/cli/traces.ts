/** A file of traces that were written elsewhere, for example by another implementation of the same model. */
import { PivotscopeError } from "../core/errors.ts";
import { parseJson, readField, readObject, readString } from "../core/json-check.ts";
import { readText } from "./files.ts";

/**
 * Reads `{"traces": ["…", …]}`.
 *
 * @param count how many samples the traces belong to.
 * @throws PivotscopeError `bad-input` when the file has another form or another number of traces.
 */
export async function readTraces(file: string, count: number): Promise<readonly string[]> {
  const traces = readField("", readObject(file, parseJson(await readText(file), file)), "traces");
  if (!Array.isArray(traces) || traces.length < count) {
    const found = Array.isArray(traces) ? `${traces.length} traces` : "no list of traces";
    throw new PivotscopeError("bad-input", `${file} has ${found}; there are ${count} samples.`, "Write one for each.");
  }
  return traces.slice(0, count).map((trace: unknown, index) => readString(`traces[${index}]`, trace));
}
