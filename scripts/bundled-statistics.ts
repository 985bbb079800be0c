/**
 * The statistics that the bundled model brings along, so that the page plans without a calibration: those of its whole
 * calibration set, on the CPU.
 *
 *   npm run bundled-statistics              makes them anew, after a change of the model, its set or the calibration
 *   npm run bundled-statistics -- --check   calibrates again and says whether they are still what comes out
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseSafetensorsHeader } from "../src/models/safetensors-header.ts";
import { STATISTICS_NAME } from "../src/models/statistics-file/format.ts";
import { runCommand } from "./run-command.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const model = resolve(import.meta.dirname, "..", "public", "models", "scenes");
const place = join(model, STATISTICS_NAME);

/** Rounding differs between processors: so much of a tensor's largest number may. */
const TOLERANCE = 1e-4;

function calibrateInto(file: string): Promise<void> {
  const samples = join(model, "calibration.json");
  return runCommand("statistics", "--model", model, "--samples", samples, "--out", file);
}

function tensorsOf(file: string) {
  const bytes = new Uint8Array(readFileSync(file));
  const { tensors, metadata } = parseSafetensorsHeader(bytes, bytes.length, file);
  const numbers = ({ begin, end }: { begin: number; end: number }) => new Float32Array(bytes.slice(begin, end).buffer);
  // Where it ran is said, and may differ.
  const { backend: _, device: __, ...about } = JSON.parse(metadata.get("about") ?? "{}");
  return { about: JSON.stringify(about), tensors: new Map([...tensors].map(([name, one]) => [name, numbers(one)])) };
}

/** The largest difference of any tensor, as a share of that tensor's largest number. */
function largestDifference(kept: string, made: string): number {
  const [left, right] = [tensorsOf(kept), tensorsOf(made)];
  if (left.about !== right.about) throw new Error(`The files say different things: ${left.about} and ${right.about}`);
  if ([...left.tensors.keys()].join() !== [...right.tensors.keys()].join()) throw new Error("The tensors differ.");
  let largest = 0;
  for (const [name, numbers] of left.tensors) {
    const others = right.tensors.get(name) ?? new Float32Array();
    const top = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    numbers.forEach((value, index) => {
      largest = Math.max(largest, Math.abs(value - (others[index] ?? Number.POSITIVE_INFINITY)) / top);
    });
  }
  return largest;
}

const folder = mkdtempSync(join(tmpdir(), "pivotscope-statistics-"));
try {
  const made = join(folder, STATISTICS_NAME);
  await calibrateInto(made);
  if (values.check) {
    const difference = largestDifference(place, made);
    console.log(`${place}: the largest difference is ${difference.toExponential(1)} of a tensor's largest number.`);
    if (!(difference <= TOLERANCE)) process.exitCode = 1;
  } else {
    copyFileSync(made, place);
    console.log(`Written: ${place}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
