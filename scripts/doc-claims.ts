/**
 * What documents claim that a program can look up, as pure functions over texts: a path or file name in backticks
 * exists, so does a name of code, a command of `npm run` is in package.json, a link and its heading lead somewhere, and a comment that cites a
 * heading of a document cites one that is there.
 */

export interface Claim {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

export interface Tree {
  /** All files from the project's root, with forward slashes. */
  readonly paths: readonly string[];
  /** Names of package.json's scripts. */
  readonly scripts: ReadonlySet<string>;
  /** All names that code and settings use. */
  readonly names: ReadonlySet<string>;
  /** Headings of each document. */
  readonly headings: ReadonlyMap<string, readonly string[]>;
}

/** Folders whose content the repository does not hold: built, fetched, written by a command, or lying beside it. */
const ELSEWHERE = /^(dist|data|node_modules|\.\.)(\/|$)|^~/;
const SOURCE = /\.(ts|tsx|css|html|wgsl|py|md|json|sh)$/;
/** Names of a checkpoint's files, or of what a command of the examples writes; an ending alone. */
const NOT_OURS = /^(?!package)[\w./-]+\.(json|html)$|^\.\w+$/;
/** What only code is called: two words or more in one, or a call. */
const IDENTIFIER = /^(?:[a-z][a-z\d]*[A-Z]\w*|(?:[A-Z][a-z\d]+){2,}|\w+\(\))$/;

/** Claims of a document that do not hold. `path` is the document's own, which its links start from. */
export function falseClaims(path: string, text: string, tree: Tree): Claim[] {
  const found: Claim[] = [];
  text.split("\n").forEach((content, index) => {
    const add = (claim: string, reason: string) => found.push({ line: index + 1, text: claim, reason });
    for (const [, script = ""] of content.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)) {
      if (!tree.scripts.has(script)) add(`npm run ${script}`, "package.json has no such script");
    }
    for (const [command, module = ""] of content.matchAll(/\bpython -m ([\w.]+\w)/g)) {
      if (!exists(`${module.replaceAll(".", "/")}.py`, tree.paths)) add(command, "no such module");
    }
    for (const [, span = ""] of content.matchAll(/`([^`]+)`/g)) {
      for (const word of span.split(/\s+/)) {
        const claimed = pathIn(word, tree);
        if (claimed !== null && !exists(claimed, tree.paths)) add(claimed, "no such file or folder");
        for (const name of word.split(/[.,=<>]+/).filter((part) => IDENTIFIER.test(part))) {
          if (!tree.names.has(name.replace("()", ""))) add(name, "no code uses this name");
        }
      }
    }
    // Commands in a fenced block name files of the repository by their whole path.
    for (const [, word = ""] of content.matchAll(/(?:^|\s)((?:src|scripts|bench|fuzz|e2e|docs)\/[\w./*-]+)/g)) {
      if (!exists(word.replace(/[.,]$/, ""), tree.paths)) add(word, "no such file or folder");
    }
    for (const [, target = ""] of content.matchAll(/\]\(([^)\s]+)\)/g)) {
      const reason = linkReason(path, target, tree);
      if (reason !== null) add(target, reason);
    }
  });
  return found.filter((claim, index) => found.findIndex((other) => same(claim, other)) === index);
}

/** Headings that comments cite (`docs/method.md, "Allocation"`) and that the document does not have. */
export function falseCitations(text: string, headings: ReadonlyMap<string, readonly string[]>): Claim[] {
  const found: Claim[] = [];
  for (const match of text.matchAll(/\b(docs\/[\w-]+\.md)((?:,(?:\s|\*|\/\/)+"[^"\n]+")?)/g)) {
    const [cited, document = "", rest = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    const names = headings.get(document);
    const heading = /"([^"]+)"/.exec(rest)?.[1];
    if (!names) found.push({ line, text: cited, reason: "no such document" });
    else if (heading !== undefined && !names.some((name) => withoutNumber(name) === heading)) {
      found.push({ line, text: cited, reason: `${document} has no heading "${heading}"` });
    }
  }
  return found;
}

/** Scripts of package.json that a document does not name. */
export function unnamedScripts(text: string, scripts: Iterable<string>): Claim[] {
  return [...scripts]
    .filter((script) => !new RegExp(`\\bnpm (?:run )?${script}\\b(?!-)`).test(text))
    .map((script) => ({
      line: 1,
      text: `npm run ${script}`,
      reason: "package.json has it, no line says what it does",
    }));
}

/** Where a document's table of packages (name, exact version, …) differs from what package.json asks for. */
export function falseVersions(text: string, wanted: Readonly<Record<string, string>>): Claim[] {
  const found: Claim[] = [];
  const listed = new Set<string>();
  text.split("\n").forEach((content, index) => {
    const [, packages = "", version = ""] = /^\| (`[^|]+`) \| ([\d.-]+) \|/.exec(content) ?? [];
    for (const [, name = ""] of packages.matchAll(/`([^`]+)`/g)) {
      listed.add(name);
      const asked = wanted[name];
      if (asked === version) continue;
      const reason = asked === undefined ? "package.json does not ask for it" : `package.json asks for ${asked}`;
      found.push({ line: index + 1, text: `${name} ${version}`, reason });
    }
  });
  for (const name of Object.keys(wanted)) {
    if (!listed.has(name)) found.push({ line: 1, text: name, reason: "package.json asks for it, no line says why" });
  }
  return found;
}

/** Files that comments of code name and that are nowhere. */
export function falseMentions(text: string, { paths }: Pick<Tree, "paths">): Claim[] {
  const found: Claim[] = [];
  text.split("\n").forEach((content, index) => {
    const comment = /^\s*(?:\/\*\*?|\*|\/\/)(.*)/.exec(content)?.[1] ?? "";
    for (const [word] of comment.matchAll(/(?<![\w./*<-])[\w*][\w./*-]*\.(?:tsx?|css|wgsl)\b/g)) {
      if (!exists(word, paths)) found.push({ line: index + 1, text: word, reason: "no such file" });
    }
  });
  return found;
}

/** Headings of a Markdown text, without the signs before them; fenced blocks have none. */
export function headingsOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/^#+ +(.+?)\s*$/gm)].map((match) => match[1] ?? "");
}

const same = (left: Claim, right: Claim) => left.line === right.line && left.text === right.text;
const withoutNumber = (heading: string) => heading.replace(/^\d+\. /, "");

/** The repository's path or file name that a word in backticks means; null where it means something else. */
function pathIn(word: string, { paths }: Tree): string | null {
  if (!/^[\w.@*][\w.@*/-]*$/.test(word) || ELSEWHERE.test(word)) return null;
  const [first = ""] = word.split("/");
  if (word.includes("/") && paths.some((path) => path.startsWith(`${first}/`))) return word;
  return SOURCE.test(word) && /[a-z*]/.test(word) && !NOT_OURS.test(word) ? word : null;
}

/** A file or folder by its path from the root or by the end of it. A star stands for any part of a name. */
function exists(claimed: string, paths: readonly string[]): boolean {
  const escaped = claimed
    .replace(/\/$/, "")
    .replace(/[.+@]/g, "\\$&")
    .replaceAll("**/", "\u0000")
    .replaceAll("*", "[^/]*")
    .replaceAll("\u0000", "(?:.*/)?");
  const pattern = new RegExp(`^(?:.*/)?${escaped}(?:/|$)`);
  return paths.some((path) => pattern.test(path));
}

function linkReason(from: string, target: string, tree: Tree): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : normalise(`${from.split("/").slice(0, -1).join("/")}/${file}`);
  if (!exists(path, tree.paths)) return "the link leads nowhere";
  if (anchor === undefined || !path.endsWith(".md")) return null;
  return (tree.headings.get(path) ?? []).some((heading) => slug(heading) === anchor)
    ? null
    : `${path} has no such heading`;
}

function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** A heading's anchor as GitHub makes it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, "")
    .replace(/\s/g, "-");
}
