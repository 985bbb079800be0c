/**
 * Holds the size budget of the page: all JavaScript of `dist`, workers included, gzipped, onnxruntime's wasm left out
 * (it is fetched when a model is loaded). Prints the sizes and exits with 1 over the budget or where nothing was built.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_KILOBYTES = 350;
const dist = resolve(import.meta.dirname, "..", "dist");

const scripts = existsSync(dist)
  ? readdirSync(dist, { recursive: true })
      .map(String)
      .filter((name) => /\.m?js$/.test(name))
  : [];
const sizes = scripts
  .map((name) => ({ name, bytes: gzipSync(readFileSync(join(dist, name)), { level: 9 }).length }))
  .sort((left, right) => right.bytes - left.bytes);
const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1).padStart(8);

for (const { name, bytes } of sizes) console.log(`${kilobytes(bytes)} kB  ${name}`);
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`${kilobytes(total)} kB  gzipped JavaScript in all, budget ${BUDGET_KILOBYTES} kB`);
if (sizes.length === 0) {
  console.error("dist/ holds no JavaScript: run the build first (npx vite build).");
  process.exitCode = 1;
} else if (total > BUDGET_KILOBYTES * 1000) {
  console.error("The bundle is over its budget: load what the first screen does not need with import().");
  process.exitCode = 1;
}
