/**
 * Holds the size budgets of the page, gzipped JavaScript of `dist` (or the folder that is named), onnxruntime's wasm left
 * out, which is fetched when a model is loaded: what the first screen loads, with the worker, and everything together.
 * Refuses a script that imports a worker's entry, and packages without a licence text in the notices. Prints the sizes and
 * exits with 1 over a budget, for such a script or package, and where nothing was built.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { firstScreenScripts, importsOfWorkerEntries } from "./bundle-graph.ts";
import { NOTICES, readNotices } from "./third-party.ts";

const FIRST_SCREEN_KILOBYTES = 300;
const TOTAL_KILOBYTES = 770;
const dist = resolve(process.argv[2] ?? join(import.meta.dirname, "..", "dist"));

const paths = existsSync(dist)
  ? readdirSync(dist, { recursive: true })
      .map(String)
      .filter((name) => /\.m?js$/.test(name))
  : [];
const page = join(dist, "index.html");
const scripts = new Map(paths.map((path) => [basename(path), readFileSync(join(dist, path), "utf8")]));
const first = firstScreenScripts(existsSync(page) ? readFileSync(page, "utf8") : "", scripts);
const sizes = [...scripts]
  .map(([name, text]) => ({ name, bytes: gzipSync(text, { level: 9 }).length }))
  .sort((left, right) => right.bytes - left.bytes);

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1).padStart(8);

/** Prints the files of a part and their sum, and says when that is over its budget. */
function hold(title: string, files: typeof sizes, budget: number): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`${kilobytes(bytes)} kB  ${title}, gzipped, budget ${budget} kB`);
  if (bytes <= budget * 1000) return;
  console.error(`${title}: over the budget. Load what the first screen does not need with import().`);
  process.exitCode = 1;
}

const list = (files: typeof sizes) => {
  for (const { name, bytes } of files) console.log(`${kilobytes(bytes)} kB  ${name}`);
};

const early = sizes.filter(({ name }) => first.has(name));
list(early);
hold("first screen", early, FIRST_SCREEN_KILOBYTES);
console.log("\nloaded on demand:");
list(sizes.filter(({ name }) => !first.has(name)));
hold("everything", sizes, TOTAL_KILOBYTES);
for (const { importer, entry } of importsOfWorkerEntries(scripts)) {
  console.error(
    `${importer} imports ${entry}, a worker's entry, which WebKit then evaluates a second time. ` +
      "Keep what both need in a chunk of its own: vite.config.ts, codeSplitting.",
  );
  process.exitCode = 1;
}
const noticesFile = join(dist, NOTICES);
const { named, untexted } = readNotices(existsSync(noticesFile) ? readFileSync(noticesFile, "utf8") : "");
console.log(`\n${named.length} packages of others, named in ${NOTICES}`);
if (named.length === 0 || untexted.length > 0) {
  console.error(
    named.length === 0
      ? `${noticesFile} names no package: the build has lost the notices of the code that it holds.`
      : `${noticesFile} has no licence text of ${untexted.join(", ")}: put one into scripts/licences (scripts/third-party.ts).`,
  );
  process.exitCode = 1;
}
if (early.length === 0) {
  console.error(`${dist} holds no page with scripts: run the build first (npx vite build).`);
  process.exitCode = 1;
}
