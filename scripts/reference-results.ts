/**
 * Measures the bundled model and writes its reference results, which the page shows in tabs where nothing has been measured
 * yet, and the tables of docs/results.md, which are made of the same file. What has been measured is kept in the folder, and
 * gone on with.
 *
 *   npm run reference-results -- --work FOLDER      measures what is not there yet, and writes both
 *   npm run reference-results -- --tables           writes the tables anew from the file
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseReference, serialiseReference } from "../src/core/experiments/reference-json.ts";
import { parseResult } from "../src/core/experiments/result-json.ts";
import { VERSION } from "../src/core/version.ts";
import { summarise } from "./reference-summary.ts";
import { referenceTables, replaceTables } from "./reference-tables.ts";
import { runCommand } from "./run-command.ts";

const { values } = parseArgs({ options: { work: { type: "string" }, tables: { type: "boolean", default: false } } });
const root = resolve(import.meta.dirname, "..");
const model = join(root, "public", "models", "scenes");
const place = join(model, "results.json");
const document = join(root, "docs", "results.md");

/** Of each question family. */
const SAMPLES = "10";
/** Of the ablations, which are calibrated five times; everything else rests on the statistics that the model brings along. */
const ABLATION_CALIBRATION = 96;
const ABLATION_RATIOS = [0.3, 0.4, 0.5];
const WINDOWS = [2, 4];

if (!values.tables) await measure();
const reference = parseReference(JSON.parse(readFileSync(place, "utf8")), place);
writeFileSync(document, replaceTables(readFileSync(document, "utf8"), referenceTables(reference)));
console.log(`${document}: tables written`);

async function measure(): Promise<void> {
  const { work } = values;
  if (work === undefined) throw new Error("Name a folder for what is measured with --work, or say --tables.");
  mkdirSync(work, { recursive: true });
  const statistics = join(model, "statistics.safetensors");
  const few = join(work, `statistics-${ABLATION_CALIBRATION}.safetensors`);
  if (!existsSync(few)) {
    const samples = ["--samples", join(model, "calibration.json"), "--limit", `${ABLATION_CALIBRATION}`];
    await runCommand("statistics", "--model", model, ...samples, "--out", few);
  }
  const methods = await sweep("curves", statistics, "--samples", SAMPLES);
  const windows = [];
  for (const size of WINDOWS) {
    windows.push(await sweep(`windows-${size}`, statistics, "--samples", SAMPLES, "--windows", `${size}`));
  }
  const ablations = await sweep("ablations", few, "--description", await ablationsDescription(few, work));
  const { models } = JSON.parse(readFileSync(join(root, "public", "models", "index.json"), "utf8"));
  const { recommended } = JSON.parse(readFileSync(join(model, "pivotscope.json"), "utf8"));
  const calibration = recommended.calibrationSamples;
  const summary = summarise(
    { methods, ablations, windows },
    { label: models[0].label, version: VERSION, calibration, ablationCalibration: ABLATION_CALIBRATION },
  );
  writeFileSync(place, serialiseReference(summary));
  console.log(`${place}: written`);

  async function sweep(name: string, file: string, ...options: readonly string[]) {
    const out = join(work ?? "", `${name}.json`);
    const keep = join(work ?? "", `${name}-keep.json`);
    const common = ["--model", model, "--statistics", file, "--keep", keep, "--out", out];
    if (!existsSync(out)) await runCommand("sweep", ...common, ...options);
    return parseResult(readFileSync(out, "utf8"));
  }
}

/** The command line knows ablations at one ratio: its description, at several. */
async function ablationsDescription(statistics: string, work: string): Promise<string> {
  const file = join(work, "ablations-description.json");
  const asked = ["--ablations", "--samples", SAMPLES, "--describe", "--out", file];
  await runCommand("sweep", "--model", model, "--statistics", statistics, ...asked);
  const described = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...described, ratios: ABLATION_RATIOS }));
  return file;
}
