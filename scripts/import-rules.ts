/**
 * The one-way import rule (a part imports only from parts below it, see docs/architecture.md) and its neighbours, as pure functions
 * over file texts. The scan is a few regular expressions over code whose comments were blanked out: enough for the
 * import forms that this project uses, and nothing to install.
 */
import { roomReason } from "./engine-rooms.ts";

export interface ImportStatement {
  readonly specifier: string;
  /** `import type …`, `export type … from`, or braces that hold only `type x`: erased when compiled. */
  readonly typeOnly: boolean;
  /** 1-based line of the specifier. */
  readonly line: number;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly specifier: string;
  readonly reason: string;
}

/**
 * What each part of src may import from, beside itself; docs/architecture.md says why. An entry with a path in it allows
 * that file or folder only. Types count as values do.
 */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  scenes: ["core"],
  graph: ["core"],
  models: ["core", "scenes", "graph"],
  runtime: ["core", "graph"],
  engine: ["core", "scenes", "graph", "models", "runtime"],
  cli: ["core", "scenes", "models", "engine"],
  state: ["core", "scenes", "models", "engine"],
  styles: [],
  charts: ["core", "scenes", "engine/contract", "styles"],
  panels: ["core", "scenes", "models", "engine/contract", "state", "charts", "styles"],
  app: ["core", "scenes", "models", "engine", "state", "charts", "panels", "styles"],
};

const REACT_PARTS = ["state", "charts", "panels", "app"];
const ONNXRUNTIME_NODE = /^onnxruntime-node(\/|$)/;
/** The door to onnxruntime-node, the test's program that has to see what happens without it, and what opens exports in tests. */
const LOADS_ONNXRUNTIME_NODE = [
  "src/runtime/cpu/node.ts",
  "src/runtime/cpu/testing/run-one-graph.ts",
  "src/runtime/cpu/testing/onnx-models.ts",
];
const ONNXRUNTIME = /^onnxruntime-(web|node|common)(\/|$)/;
const REACT = /^(react|react-dom|recharts|radix-ui|zustand\/react)(\/|$)/;

/** All imports of one file, in order: static, re-exports, and import() of a literal. */
export function scanImports(text: string): ImportStatement[] {
  const code = blankComments(text);
  const found: (ImportStatement & { readonly start: number })[] = [];
  const add = (match: RegExpMatchArray, specifier: string, typeOnly: boolean) => {
    const start = match.index ?? 0;
    const line = code.slice(0, start + match[0].length).split("\n").length;
    found.push({ specifier, typeOnly, line, start });
  };
  for (const match of code.matchAll(/^[ \t]*(?:import|export)\s+([^;"'`()=]*?)\bfrom\s*["']([^"'\n]+)["']/gm)) {
    add(match, match[2] ?? "", isTypeOnly(match[1] ?? ""));
  }
  for (const match of code.matchAll(/^[ \t]*import\s*["']([^"'\n]+)["']/gm)) add(match, match[1] ?? "", false);
  for (const match of code.matchAll(/\bimport\(\s*["'`]([^"'`\n]+)["'`]\s*[,)]/g)) {
    // `typeof import("x")` and `import("x").Type` after a colon are types; both are erased.
    const before = code.slice(0, match.index).trimEnd();
    add(match, match[1] ?? "", /(\btypeof|[:<|&])$/.test(before));
  }
  return found.sort((left, right) => left.start - right.start).map(({ start: _, ...statement }) => statement);
}

function isTypeOnly(clause: string): boolean {
  if (/^type\s+[^\s,]/.test(clause)) return true;
  const names = /^\{([^}]*)\}\s*$/.exec(clause)?.[1];
  const entries = names?.split(",").filter((name) => name.trim() !== "") ?? [];
  return entries.length > 0 && entries.every((name) => /^\s*type\s/.test(name));
}

/** Replaces comments by spaces, so that positions and lines stay; strings are left as they are. */
export function blankComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (all, quoted?: string) => (quoted === undefined ? all.replace(/[^\n]/g, " ") : all),
  );
}

/** Checks all files of the project, given as path from its root (forward slashes) → text. */
export function checkImports(files: ReadonlyMap<string, string>): Violation[] {
  const violations: Violation[] = [];
  const graph = new Map<string, { target: string; statement: ImportStatement }[]>();
  for (const [path, text] of files) {
    const edges: { target: string; statement: ImportStatement }[] = [];
    for (const statement of scanImports(text)) {
      const target = resolveRelative(path, statement.specifier);
      const reason = target === null ? packageReason(path, statement) : partReason(path, target);
      if (reason !== "") violations.push({ path, line: statement.line, specifier: statement.specifier, reason });
      if (target !== null && files.has(target)) edges.push({ target, statement });
    }
    graph.set(path, edges);
  }
  return [...violations, ...findCycles(graph)];
}

/** Path from the root that a relative import names, without its query; null for packages. */
function resolveRelative(path: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  const parts = path.split("/").slice(0, -1);
  for (const part of (specifier.split("?")[0] ?? "").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function partOf(path: string): string | null {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** Helpers of tests lie in src/testing, or in a folder `testing` of the part that they belong to. */
function isTestHelper(path: string): boolean {
  return /^src\/(.+\/)?testing\//.test(path);
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || isTestHelper(path) || !path.startsWith("src/");
}

function partReason(path: string, target: string): string {
  const from = partOf(path);
  const to = partOf(target);
  if (isTestHelper(target)) return isTest(path) ? "" : "testing folders are for tests only";
  // Tests, scripts and end-to-end tests may reach for whatever they check.
  if (to === null || isTest(path) || from === null) return "";
  if (from === to) return from === "engine" ? roomReason(path, target) : "";
  const below = BELOW[from];
  if (below === undefined || BELOW[to] === undefined) return `src/${below === undefined ? from : to} is no known part`;
  if (below.includes(to) || below.some((entry) => target === `src/${entry}.ts` || target.startsWith(`src/${entry}/`)))
    return "";
  const only = below.find((entry) => entry.startsWith(`${to}/`));
  return `${from} must not import from ${to}${only === undefined ? "" : `, only from src/${only}`}`;
}

function packageReason(path: string, { specifier, typeOnly }: ImportStatement): string {
  if (typeOnly) return "";
  if (ONNXRUNTIME_NODE.test(specifier) && !LOADS_ONNXRUNTIME_NODE.includes(path)) {
    return `onnxruntime-node reports home; only ${LOADS_ONNXRUNTIME_NODE[0]} loads it, having switched that off`;
  }
  if (isTest(path)) return "";
  const part = partOf(path);
  const file = path.split("/").at(-1) ?? "";
  if (ONNXRUNTIME.test(specifier) && part !== "runtime") return "onnxruntime is for src/runtime only";
  if (REACT.test(specifier) && !REACT_PARTS.includes(part ?? "")) return `React is for ${REACT_PARTS.join(", ")} only`;
  if (specifier.startsWith("node:") && part !== "cli" && !/(^|[-.])node([-.]|$)/.test(file)) {
    return "node: modules are for src/cli and files named *node* only";
  }
  return "";
}

type Graph = ReadonlyMap<string, readonly { readonly target: string; readonly statement: ImportStatement }[]>;

/** Each import that closes a circle of imports, types included, found by walking depth first. */
function findCycles(graph: Graph): Violation[] {
  const violations: Violation[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string) => {
    trail.push(path);
    for (const { target, statement } of graph.get(path) ?? []) {
      const start = trail.indexOf(target);
      if (start >= 0) {
        const reason = `closes a circle: ${[...trail.slice(start), target].join(" → ")}`;
        violations.push({ path, line: statement.line, specifier: statement.specifier, reason });
      } else if (!done.has(target)) visit(target);
    }
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) if (!done.has(path)) visit(path);
  return violations;
}
