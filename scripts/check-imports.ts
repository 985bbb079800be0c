/** Checks src against the rules of scripts/import-rules.ts and scripts/architecture-rules.ts; prints what breaks them. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkArchitectureNames } from "./architecture-rules.ts";
import { checkImports } from "./import-rules.ts";

const root = resolve(import.meta.dirname, "..");
const paths = readdirSync(join(root, "src"), { recursive: true })
  .map((name) => `src/${String(name).replaceAll("\\", "/")}`)
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"))
  .sort();
const files = new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
const violations = [...checkImports(files), ...checkArchitectureNames(files)];

for (const { path, line, specifier, reason } of violations) console.error(`${path}:${line}: "${specifier}": ${reason}`);
console.log(`${paths.length} files, ${violations.length} lines break the rules`);
if (violations.length > 0 || paths.length === 0) process.exitCode = 1;
