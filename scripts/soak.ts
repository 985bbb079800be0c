/**
 * Whether memory stays flat over ten thousand graph runs: a checkpoint of two layers a tower is asked, measured, pruned and
 * calibrated again and again, in Node, and in the browser's worker on WebAssembly and on WebGPU. Prints a table of memory
 * at the start, a quarter, half and the end, and fails where it grows. Linux only: processes are measured in /proc.
 *
 *   tsx scripts/soak.ts [node] [cpu] [webgpu] [--runs 10000] [--model FOLDER]
 *
 * A leak is so much for each run, not for each byte of a model, so a small one is as good and fast enough for software
 * rendering. All three parts run by default.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { tinyFiles } from "../src/engine/testing/tiny-checkpoint.ts";
import { soakBrowser } from "./soak-browser.ts";
import { grows, type Series, soakTable } from "./soak-growth.ts";

const NAMES = ["node", "cpu", "webgpu"];
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "10000" }, model: { type: "string" } },
});
const wanted = positionals.length > 0 ? positionals : NAMES;
const unknown = wanted.find((name) => !NAMES.includes(name));
if (unknown !== undefined) throw new Error(`Unknown part "${unknown}"; there are ${NAMES.join(", ")}.`);
const runs = Number(values.runs);
if (!(runs > 0)) throw new Error("--runs takes a number above 0.");

/** Writes the small checkpoint into a folder of its own. */
function writeTiny(): string {
  const folder = mkdtempSync(join(tmpdir(), "pivotscope-soak-"));
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of tinyFiles()) writeFileSync(join(folder, name), content);
  return folder;
}

function inNode(folder: string): Series[] {
  const script = join(import.meta.dirname, "soak-node.ts");
  const parameters = ["--expose-gc", "--import", "tsx", script, folder, String(runs)];
  const output = execFileSync(process.execPath, parameters, { cwd: join(import.meta.dirname, ".."), encoding: "utf8" });
  return JSON.parse(output);
}

const folder = values.model === undefined ? writeTiny() : resolve(values.model);
const series: Series[] = [];
const timed = async (name: string, part: () => Promise<Series[]> | Series[]) => {
  const start = performance.now();
  series.push(...(await part()));
  process.stderr.write(`${name}: ${Math.round((performance.now() - start) / 1000)} s\n`);
};
try {
  if (wanted.includes("node")) await timed("node", () => inNode(folder));
  for (const backend of ["cpu", "webgpu"] as const) {
    if (wanted.includes(backend)) await timed(backend, () => soakBrowser(folder, backend, runs));
  }
} finally {
  if (values.model === undefined) rmSync(folder, { recursive: true });
}
console.log(`${runs} runs, ${cpus()[0]?.model}, ${cpus().length} cores\n\n${soakTable(series)}`);
if (series.some(grows)) process.exitCode = 1;
