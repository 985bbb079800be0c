/**
 * What a built page's scripts name: which of them the first screen loads (what the page names, what that imports, and the
 * workers), and which import a worker's entry.
 */

/** Static imports and re-exports of a minified module; `import(…)` is not among them. */
const STATIC = /(?:^|[;}\n])(?:import|export)(?:[^"'`();]*?\bfrom)?\s*(["'`])([^"'`]+?\.m?js)\1/g;
/** `new Worker(new URL(…))`: the first name of a script in it. */
const WORKER = /new Worker\([^"'`]{0,60}(["'`])([^"'`]+?\.m?js)\1/g;
/** `import(…)` of a script. */
const DYNAMIC = /\bimport\((["'`])([^"'`]+?\.m?js)\1/g;
const PAGE_SCRIPT = /<script[^>]+src="([^"]+?\.m?js)"/g;

/**
 * @param page the page's HTML.
 * @param scripts text of every script by its file name, without folders: built names are unique.
 * @returns names of the scripts that are loaded without anybody asking for more.
 */
export function firstScreenScripts(page: string, scripts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const loaded = new Set<string>();
  const waiting = [...page.matchAll(PAGE_SCRIPT)].map((match) => fileName(match[1] ?? ""));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const text = scripts.get(name);
    if (text === undefined || loaded.has(name)) continue;
    loaded.add(name);
    for (const pattern of [STATIC, WORKER]) {
      waiting.push(...namesIn(text, pattern));
    }
  }
  return loaded;
}

/** A script that imports a worker's entry, both by their file names. */
export interface EntryImport {
  readonly importer: string;
  readonly entry: string;
}

/**
 * Scripts that import the entry of a worker. WebKit evaluates an entry that is imported a second time: what the entry
 * started runs twice, and the second start answers the page.
 *
 * @param scripts text of every script by its file name, without folders: built names are unique.
 */
export function importsOfWorkerEntries(scripts: ReadonlyMap<string, string>): readonly EntryImport[] {
  const entries = new Set([...scripts.values()].flatMap((text) => namesIn(text, WORKER)));
  return [...scripts].flatMap(([importer, text]) =>
    [STATIC, DYNAMIC]
      .flatMap((pattern) => namesIn(text, pattern))
      .filter((name) => entries.has(name))
      .map((entry) => ({ importer, entry })),
  );
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => fileName(match[2] ?? ""));
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
