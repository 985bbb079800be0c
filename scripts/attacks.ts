/**
 * Makes all attacks (`attack-count.ts`), which are part of the suites as well: `npm run attacks [-- unit gpu e2e]`. Exits
 * with 1 where one succeeds, and where all were made and the README's count is not true.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ATTACK, falseCount, holdsAttacks, playwrightAttacks, vitestAttacks } from "./attack-count.ts";
import { runTool } from "./run-tool.ts";
import { addCounts, type Counts, countPlaywright, countVitest, formatCounts } from "./test-counts.ts";
import { missingNeeds } from "./test-needs.ts";

const ROOT = resolve(import.meta.dirname, "..");
const KINDS = ["unit", "gpu", "e2e"] as const;
type Kind = (typeof KINDS)[number];

/** Test files with attacks, each kind's. */
function filesOf(kind: Kind): string[] {
  const folders = kind === "e2e" ? ["e2e"] : kind === "gpu" ? ["src"] : ["src", "scripts", "gpu-report"];
  const wanted = {
    unit: /(?<!\.gpu|\.foreign)\.test\.tsx?$/,
    gpu: /\.gpu\.test\.ts$/,
    e2e: /^(?!engines).*\.spec\.ts$/,
  }[kind];
  const all = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map(String)
      .filter((name) => wanted.test(name))
      .map((name) => `${folder}/${name}`),
  );
  return all.filter((path) => holdsAttacks(readFileSync(join(ROOT, path), "utf8")));
}

/** What a kind's run left; no counts where it left no report. */
async function make(kind: Kind, report: string): Promise<{ counts: Counts | null; attacks: number; status: number }> {
  const files = filesOf(kind);
  const status =
    kind === "e2e"
      ? await runTool("@playwright/test/cli.js", ["test", "--grep", `@${ATTACK}`, "--reporter=list,json", ...files], {
          PLAYWRIGHT_JSON_OUTPUT_FILE: report,
        })
      : await runTool("vitest/vitest.mjs", [
          ...["run", "--project", kind, `--tags-filter=${ATTACK}`, "--reporter=default", "--reporter=json"],
          ...[`--outputFile.json=${report}`, ...files],
        ]);
  if (!existsSync(report)) return { counts: null, attacks: 0, status };
  const read = JSON.parse(readFileSync(report, "utf8"));
  return kind === "e2e"
    ? { counts: countPlaywright(read), attacks: playwrightAttacks(read), status }
    : { counts: countVitest(read), attacks: vitestAttacks(read), status };
}

const asked = process.argv.slice(2);
const kinds = KINDS.filter((kind) => asked.length === 0 || asked.includes(kind));
if (kinds.length === 0 || asked.some((name) => !(KINDS as readonly string[]).includes(name))) {
  console.error(`There are attacks of ${KINDS.join(", ")}.`);
  process.exit(2);
}
const missing = missingNeeds(kinds, false).filter(({ stops }) => stops);
for (const { sentence } of missing) console.error(sentence);
if (missing.length > 0) process.exit(1);

const reports = mkdtempSync(join(tmpdir(), "pivotscope-attacks-"));
let total: Counts = { passed: 0, failed: 0, skipped: 0 };
let attacks = 0;
try {
  for (const kind of kinds) {
    console.log(`\n=== ${kind}`);
    const made = await make(kind, join(reports, `${kind}.json`));
    const lost = made.counts === null || (made.status !== 0 && made.counts.failed === 0);
    if (made.counts) total = addCounts(total, made.counts);
    if (lost) total = addCounts(total, { passed: 0, failed: 1, skipped: 0 });
    attacks += made.attacks;
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`\n${attacks} attacks: ${formatCounts(total)}`);
const wrong = kinds.length === KINDS.length ? falseCount(readFileSync(join(ROOT, "README.md"), "utf8"), attacks) : null;
if (wrong !== null) console.error(wrong);
process.exitCode = total.failed > 0 || wrong !== null ? 1 : 0;
