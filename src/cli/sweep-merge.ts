/** `sweep-merge`: puts the parts of a sweep together. */
import { inFile } from "../core/errors.ts";
import { mergeResults } from "../core/experiments/merge.ts";
import { parseResult, serialiseResult } from "../core/experiments/result-json.ts";
import { defineCommand } from "./command.ts";
import { openDestination } from "./destination.ts";
import { readText } from "./files.ts";

const options = {
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
} as const;

export const sweepMerge = defineCommand({
  name: "sweep-merge",
  summary: "Put the results of a sweep's shards together.",
  notes: "All files must be of one description, one set of weights and one set of statistics.",
  files: { minimum: 1, maximum: Number.POSITIVE_INFINITY },
  options,
  async run(given, context, files) {
    const destination = await openDestination(given.out, context, { inputs: [...files] });
    const results = [];
    for (const file of files) {
      const text = await readText(file);
      results.push(inFile(file, () => parseResult(text)));
    }
    await destination.write(`${serialiseResult(mergeResults(results, files))}\n`);
  },
});
