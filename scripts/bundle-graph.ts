/** Which of a built page's scripts the first screen loads: what the page names, what that imports, and the workers. */

/** Static imports and re-exports of a minified module; `import(…)` is not among them. */
const STATIC = /(?:^|[;}\n])(?:import|export)(?:[^"'`();]*?\bfrom)?\s*(["'`])([^"'`]+?\.m?js)\1/g;
/** `new Worker(new URL(…))`: the first name of a script in it. */
const WORKER = /new Worker\([^"'`]{0,60}(["'`])([^"'`]+?\.m?js)\1/g;
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
      waiting.push(...[...text.matchAll(pattern)].map((match) => fileName(match[2] ?? "")));
    }
  }
  return loaded;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
