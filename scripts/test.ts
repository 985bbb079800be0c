/**
 * Runs the test suites and counts: `npx tsx scripts/test.ts [unit|foreign|gpu|conformance|e2e|engines …]`, all of them without arguments.
 *
 * What the machine lacks for them is said first (`test-needs.ts`), and where it is a browser nothing is begun. The suites' own
 * output streams by; the last line is `N passed, N failed, N skipped`. Exits with 1 on any failure, and when a suite had
 * nothing to run: a suite that does not run proves nothing. Only e2e may be empty while e2e/ holds no *.spec.ts;
 * foreign, conformance and engines are skipped, loudly, where Python, their driver or browsers are absent, but not in CI.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runConformance } from "../conformance/run.ts";
import { falseCount, playwrightAttacks, vitestAttacks } from "./attack-count.ts";
import { missingForForeign } from "./foreign-python.ts";
import { runTool } from "./run-tool.ts";
import { addCounts, type Counts, countPlaywright, countVitest, formatCounts } from "./test-counts.ts";
import { missingNeeds, SUITES, type Suite } from "./test-needs.ts";
import { driverEnvironment, HOW_TO_GET_A_DRIVER } from "./vulkan-driver.ts";

const ROOT = resolve(import.meta.dirname, "..");

const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

/** What a suite's command left: its exit status, and the counts of its report where there is one. */
interface Outcome {
  readonly status: number;
  readonly counts: Counts | null;
}

function isSuite(name: string): name is Suite {
  return (SUITES as readonly string[]).includes(name);
}

async function runVitest(suite: "unit" | "foreign" | "gpu", report: string): Promise<Outcome> {
  const args = ["run", "--project", suite, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = await runTool("vitest/vitest.mjs", args);
  return { status, counts: readVitest(report) };
}

function readVitest(report: string): Counts | null {
  return existsSync(report) ? countVitest(JSON.parse(readFileSync(report, "utf8"))) : null;
}

async function runPlaywright(config: string, report: string): Promise<Outcome> {
  const args = ["test", "--config", config, "--reporter=list,json"];
  const status = await runTool("@playwright/test/cli.js", args, { PLAYWRIGHT_JSON_OUTPUT_FILE: report });
  return { status, counts: existsSync(report) ? countPlaywright(JSON.parse(readFileSync(report, "utf8"))) : null };
}

function hasSpecs(): boolean {
  const folder = join(ROOT, "e2e");
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith(".spec.ts"))
  );
}

const RUNS: Readonly<Record<Suite, (report: string) => Promise<Outcome>>> = {
  unit: (report) => runVitest("unit", report),
  foreign: (report) => runVitest("foreign", report),
  gpu: (report) => runVitest("gpu", report),
  conformance: async (report) => {
    const status = await runConformance(report).catch((error: Error) => {
      console.error(error.message);
      return 1;
    });
    return { status, counts: readVitest(report) };
  },
  e2e: (report) => runPlaywright("playwright.config.ts", report),
  engines: (report) => runPlaywright("playwright.engines.config.ts", report),
};

/** Counts of one suite; what went wrong beside failed tests is printed and counted as one failure. */
async function runSuite(suite: Suite, reports: string): Promise<Counts> {
  console.log(`\n=== ${suite}`);
  if (suite === "e2e" && !hasSpecs()) {
    console.log("e2e/ holds no *.spec.ts yet: nothing to run.");
    return NOTHING;
  }
  const report = join(reports, `${suite}.json`);
  if (suite === "conformance" && !process.env.CI && driverEnvironment() === null) {
    console.warn(
      `SKIPPED the conformance suite: nothing ran on a second WebGPU implementation. ${HOW_TO_GET_A_DRIVER}`,
    );
    return { ...NOTHING, skipped: 1 };
  }
  const missing = suite === "foreign" && !process.env.CI ? missingForForeign() : null;
  if (missing !== null) {
    console.warn(`SKIPPED the foreign suite: no other program opened our exports; ${missing}.`);
    return { ...NOTHING, skipped: 1 };
  }
  const { status, counts } = await RUNS[suite](report);
  const found = counts ?? NOTHING;
  let problem = "";
  if (counts === null) problem = "left no report";
  else if (found.passed + found.failed === 0 && !(suite === "engines" && found.skipped > 0)) problem = "ran no tests";
  else if (status !== 0 && found.failed === 0) problem = `ended with status ${status} although no test failed`;
  if (problem === "") return found;
  console.error(`FAILED: the ${suite} suite ${problem}.`);
  return addCounts(found, { ...NOTHING, failed: 1 });
}

/** What is wrong with the README's count of attacks after all suites that hold some; null where it holds, and after fewer. */
function falseAttacks(reports: string): string | null {
  const read = (suite: Suite) => {
    const report = join(reports, `${suite}.json`);
    return existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : null;
  };
  const [unit, gpu, e2e] = [read("unit"), read("gpu"), read("e2e")];
  if (!unit || !gpu || !e2e) return null;
  const found = vitestAttacks(unit) + vitestAttacks(gpu) + playwrightAttacks(e2e);
  return falseCount(readFileSync(join(ROOT, "README.md"), "utf8"), found);
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !isSuite(name));
if (unknown.length > 0) {
  console.error(`Unknown suite ${unknown.join(", ")}: there are ${SUITES.join(", ")}.`);
  process.exit(2);
}
const asked = names.length === 0 ? SUITES : names.filter(isSuite);

const missing = missingNeeds(asked, Boolean(process.env.CI));
for (const { sentence } of missing) console.error(sentence);
const stops = missing.filter((one) => one.stops).length;
if (stops > 0) {
  console.error("Nothing was run; `npx tsx scripts/test.ts unit` runs the unit tests alone.");
  console.log(`\n${formatCounts({ ...NOTHING, failed: stops })}`);
  process.exit(1);
}

const reports = mkdtempSync(join(tmpdir(), "pivotscope-test-"));
let total = NOTHING;
try {
  for (const suite of SUITES) {
    if (asked.includes(suite)) total = addCounts(total, await runSuite(suite, reports));
  }
  const wrong = falseAttacks(reports);
  if (wrong !== null) {
    console.error(`FAILED: ${wrong}`);
    total = addCounts(total, { ...NOTHING, failed: 1 });
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`\n${formatCounts(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
