/**
 * Checks looks: no colour and no size of type outside the tokens, no class that nothing uses. First it writes the
 * types of CSS modules beside them (git ignores those), so that tsc refuses a class that is not there.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { classesOf, typesOf, unusedClasses } from "./css-classes.ts";
import { checkSource, checkStylesheet, type StyleViolation } from "./style-rules.ts";

const root = resolve(import.meta.dirname, "..");
const paths = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((name) => `src/${name.replaceAll("\\", "/")}`)
  .sort();
const read = (path: string) => readFileSync(join(root, path), "utf8");

const stylesheets = paths.filter((path) => path.endsWith(".css"));
const modules = stylesheets.filter((path) => path.endsWith(".module.css"));
const sources = paths.filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"));
const drawing = sources.filter((path) => /^src\/(app|charts|panels)\//.test(path) && !/\.test\.tsx?$/.test(path));

for (const path of paths.filter((name) => name.endsWith(".module.css.d.ts"))) {
  if (!existsSync(join(root, path.slice(0, -".d.ts".length)))) rmSync(join(root, path));
}
for (const path of modules) {
  const types = typesOf(classesOf(read(path)));
  const file = join(root, `${path}.d.ts`);
  if (!existsSync(file) || readFileSync(file, "utf8") !== types) writeFileSync(file, types);
}

const texts = new Map(drawing.map((path) => [path, read(path)]));
const unused = modules.flatMap((path): StyleViolation[] => {
  const users = [...texts.values()].filter((text) => text.includes(`/${basename(path)}"`));
  return unusedClasses(read(path), users).map((name) => ({ path, line: 1, reason: `nothing uses the class ${name}` }));
});
const violations = [
  ...stylesheets.flatMap((path) => checkStylesheet(path, read(path))),
  ...[...texts].flatMap(([path, text]) => checkSource(path, text)),
  ...unused,
];
for (const { path, line, reason } of violations) console.error(`${path}:${line}: ${reason}`);
console.log(`${stylesheets.length} stylesheets, ${violations.length} lines break the rules of styles`);
if (violations.length > 0 || stylesheets.length === 0) process.exitCode = 1;
