/**
 * Measures the bundled model and writes the table of its card: greedy reasoning about unseen scenes by the workbench's
 * own engine, judged claim by claim; the same with noise in place of the picture; pairs of colour and shape that were
 * held out of training. Traces that transformers wrote (`python -m training.evaluate`) are judged beside them.
 *
 *   npm run model-results -- --model public/models/scenes --out results [--traces FOLDER]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Measured, replaceResults, resultsTable, SETS, type SetResult } from "./model-card.ts";
import { runCommand } from "./run-command.ts";

const { values } = parseArgs({
  options: { model: { type: "string" }, out: { type: "string" }, traces: { type: "string" } },
});
const { model, out, traces } = values;
if (model === undefined || out === undefined) {
  throw new Error("Name the checkpoint folder with --model and a folder for the results with --out.");
}
mkdirSync(out, { recursive: true });

const results: SetResult[] = [];
for (const set of SETS) {
  const samples = join(out, `${set.name}-samples.json`);
  await runCommand("scenes", ...set.scenes, "--out", samples);
  const judged = async (name: string, ...source: string[]): Promise<Measured> => {
    const file = join(out, `${set.name}-${name}.json`);
    await runCommand("judge", "--samples", samples, ...source, "--out", file);
    const { all, families } = JSON.parse(readFileSync(file, "utf8"));
    return { all, families };
  };
  const written = traces === undefined ? "" : join(traces, `${set.name}.json`);
  results.push({
    set,
    engine: await judged("engine", "--model", model, ...set.options),
    transformers: existsSync(written) ? await judged("transformers", "--traces", written) : null,
  });
  console.log(`${set.name}: ${JSON.stringify(results.at(-1)?.engine.all)}`);
}
writeFileSync(join(out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
const card = join(model, "README.md");
writeFileSync(card, replaceResults(readFileSync(card, "utf8"), resultsTable(results)));
console.log(`${card}: table written`);
