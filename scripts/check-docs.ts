/** Checks the documents' claims and the code's citations of them (scripts/doc-claims.ts), and prints the false ones. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Claim,
  falseCitations,
  falseClaims,
  falseMentions,
  falseVersions,
  headingsOf,
  unnamedScripts,
} from "./doc-claims.ts";

const WRITTEN = new Set([".git", "node_modules", "dist", "test-results", "playwright-report", "__pycache__"]);
const CODE = /\.(tsx?|css|wgsl|py)$/;

const root = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Files under a folder, by their paths from the root, without what commands write. */
function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !WRITTEN.has(name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}

const paths = filesUnder("");
const documents = paths.filter((path) => path.endsWith(".md")).sort();
const headings = new Map(documents.map((path) => [path, headingsOf(read(path))]));
const { scripts, dependencies, optionalDependencies, devDependencies } = JSON.parse(read("package.json")) as Record<
  "scripts" | "dependencies" | "optionalDependencies" | "devDependencies",
  Record<string, string>
>;
const code = paths.filter((path) => CODE.test(path) && path !== "scripts/doc-claims.test.ts");
const names = new Set(code.flatMap((path) => read(path).match(/\b[A-Za-z_]\w*/g) ?? []));
const tree = { paths, names, scripts: new Set(Object.keys(scripts)), headings };

const claims: (Claim & { readonly path: string })[] = [];
for (const path of documents) {
  for (const claim of falseClaims(path, read(path), tree)) claims.push({ path, ...claim });
}
const dependenciesPath = "docs/dependencies.md";
for (const claim of falseVersions(read(dependenciesPath), {
  ...dependencies,
  ...optionalDependencies,
  ...devDependencies,
})) {
  claims.push({ path: dependenciesPath, ...claim });
}
for (const claim of unnamedScripts(read("README.md"), tree.scripts)) claims.push({ path: "README.md", ...claim });
for (const path of code) {
  const text = read(path);
  for (const claim of falseCitations(text, headings)) claims.push({ path, ...claim });
  for (const claim of falseMentions(text, tree)) claims.push({ path, ...claim });
}

for (const { path, line, text, reason } of claims) console.error(`${path}:${line}: "${text}": ${reason}`);
console.log(`${documents.length} documents, ${claims.length} claims do not hold`);
if (claims.length > 0 || documents.length === 0) process.exitCode = 1;
