/**
 * The page's stylesheets in each engine: a declaration that it does not understand is dropped without a word, and what it
 * was to show is missing. Asked of the engine itself, of every declaration of the built page.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import postcss, { type AtRule, type Declaration, type Node } from "postcss";
import { test } from "./open-engine.ts";

const ASSETS = join(import.meta.dirname, "..", "..", "dist", "assets");

/** What the page does well without. */
const OPTIONAL = new Set([
  // Where lines break.
  "text-wrap",
  // Of Windows' contrast themes, which WebKit does not run under.
  "forced-color-adjust",
]);

/** A declaration in each way in which it is written: as it is, and with an engine's prefix beside it. */
type Ways = readonly string[];

test("understands every declaration of the page's stylesheets", async ({ workbench }) => {
  await workbench.open();
  const declarations = builtDeclarations();
  expect(declarations.length).toBeGreaterThan(300);
  const understood = `(${JSON.stringify(declarations)}).map((ways) => ways.some((way) => CSS.supports(\`(\${way})\`)))`;
  const answers = (await workbench.driver.evaluate(understood)) as boolean[];
  expect(declarations.filter((_, index) => !answers[index]).map(([way]) => way)).toEqual([]);
});

/** Each declaration once, with custom properties replaced by what they stand for. */
function builtDeclarations(): Ways[] {
  const all: Declaration[] = [];
  for (const sheet of readdirSync(ASSETS).filter((name) => name.endsWith(".css"))) {
    postcss.parse(readFileSync(join(ASSETS, sheet), "utf8")).walkDecls((declaration) => void all.push(declaration));
  }
  const custom = new Map<string, string>();
  for (const { prop, value } of all) if (prop.startsWith("--") && !custom.has(prop)) custom.set(prop, value);
  // The build writes light-dark() as two of these: in a light page the first has no value, which leaves its fallback.
  custom.delete("--lightningcss-light");
  custom.set("--lightningcss-dark", "");
  const found = new Map<string, Ways>();
  for (const declaration of all) {
    const { prop, value } = declaration;
    // Prefixes are an engine's own words, custom properties mean what they are used for, @supports asks by itself.
    if (prop.startsWith("-") || OPTIONAL.has(prop) || isConditional(declaration)) continue;
    const plain = substitute(value, custom);
    if (plain === null) continue;
    const prefixed = declaration.parent?.some((node) => node.type === "decl" && node.prop === `-webkit-${prop}`);
    const way = `${prop}: ${plain}`;
    found.set(way, prefixed ? [way, `-webkit-${way}`] : [way]);
  }
  return [...found.values()];
}

function isConditional(declaration: Declaration): boolean {
  for (let node: Node | undefined = declaration.parent; node; node = node.parent) {
    if (node.type === "atrule" && /^(supports|font-face|property)$/.test((node as AtRule).name)) return true;
  }
  return false;
}

/** Null where a property is set by the page itself, so that its value is not in any stylesheet. */
function substitute(value: string, custom: ReadonlyMap<string, string>): string | null {
  let plain = value;
  for (let use = findUse(plain); use; use = findUse(plain)) {
    const [whole, name = "", fallback] = use;
    const meant = custom.get(name) ?? fallback;
    if (meant === undefined) return null;
    plain = plain.replace(whole, meant);
  }
  return plain.trim();
}

/** A var() without another one inside. */
function findUse(value: string): RegExpExecArray | null {
  return /var\((--[\w-]+)(?:,((?:[^()]|\([^()]*\))*))?\)/.exec(value);
}
