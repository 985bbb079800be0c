import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCE = join(import.meta.dirname, "..");

/** Classes that a stylesheet gives a look by themselves, wherever they stand on the page. */
function classesOf(css: string): string[] {
  const rules = css.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const selectors = [...rules.matchAll(/([^{}]+)\{/g)].flatMap(([, list = ""]) => list.split(","));
  return selectors.flatMap((selector) => /^\.([\w-]+)(?=$|[:[])/.exec(selector.trim())?.[1] ?? []);
}

test("no two stylesheets mean different things by one class", () => {
  const files = new Map<string, Set<string>>();
  const paths = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".css"));
  expect(paths.length).toBeGreaterThan(3);
  for (const path of paths) {
    for (const name of classesOf(readFileSync(join(SOURCE, path), "utf8"))) {
      files.set(name, (files.get(name) ?? new Set()).add(path));
    }
  }
  // Stylesheets of parts that are loaded later would otherwise change what stands on the page already.
  const shared = [...files].filter(([, found]) => found.size > 1).map(([name, found]) => [name, ...found]);
  expect(shared).toEqual([]);
});
