/**
 * Regular expressions as trees. What is read is JavaScript's syntax with the `u` flag, as far as tokenizers' patterns come
 * out in it: characters, sets, groups, alternatives, quantifiers, and looking ahead and behind.
 */

export type PatternNode =
  /** One code point that this JavaScript expression matches. */
  | { readonly kind: "character"; readonly source: string }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "alternatives"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "look"; readonly body: PatternNode; readonly behind: boolean; readonly negated: boolean }
  | {
      readonly kind: "repeat";
      readonly body: PatternNode;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

const GROUP = /\((?:\?(?:(?<look><?[=!])|<\w+>|:))?/uy;
const SET = /\[(?:\\.|[^\\\]])*\]/suy;
const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|[^ukpPbB1-9])/suy;
const QUANTIFIER = /(?:(?<sign>[*+?])|\{(?<least>\d+)(?<comma>,(?<most>\d*))?\})(?<lazy>\??)/uy;
const LITERAL = /[^()[\]{}|*+?^$\\]/suy;

const SIGNS: Readonly<Record<string, readonly [number, number]>> = {
  "*": [0, Number.POSITIVE_INFINITY],
  "+": [1, Number.POSITIVE_INFINITY],
  "?": [0, 1],
};

/** Groups within groups that are read. */
const DEEPEST = 100;

/** @throws SyntaxError for what is not read, such as a reference to an earlier group. */
export function parsePattern(source: string): PatternNode {
  let at = 0;
  let depth = 0;

  function take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = at;
    const found = expression.exec(source);
    if (found) at += found[0].length;
    return found;
  }

  function alternatives(): PatternNode {
    const parts = [sequence()];
    while (source[at] === "|") {
      at += 1;
      parts.push(sequence());
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "alternatives", parts };
  }

  function sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") parts.push(quantified(atom()));
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "sequence", parts };
  }

  function atom(): PatternNode {
    if (source[at] === "(") return group();
    if (source[at] === ".") {
      at += 1;
      return { kind: "character", source: "[^\\n]" };
    }
    const character = take(SET) ?? take(ESCAPE) ?? take(LITERAL);
    if (!character) throw new SyntaxError(`"${source.slice(at, at + 10)}" in a pattern is not supported`);
    return { kind: "character", source: character[0] };
  }

  function group(): PatternNode {
    const look = take(GROUP)?.groups?.look;
    depth += 1;
    if (depth > DEEPEST) throw new SyntaxError(`more than ${DEEPEST} groups within each other are not supported`);
    const body = alternatives();
    depth -= 1;
    if (source[at] !== ")") throw new SyntaxError("a group in a pattern is not closed");
    at += 1;
    return look === undefined
      ? body
      : { kind: "look", body, behind: look.startsWith("<"), negated: look.endsWith("!") };
  }

  function quantified(body: PatternNode): PatternNode {
    const found = take(QUANTIFIER)?.groups;
    if (!found) return body;
    const { sign, least = "", comma, most = "", lazy } = found;
    const fixed = Number(least);
    const open = most === "" ? Number.POSITIVE_INFINITY : Number(most);
    const [from, to] = SIGNS[sign ?? ""] ?? [fixed, comma === undefined ? fixed : open];
    return { kind: "repeat", body, least: from, most: to, lazy: lazy === "?" };
  }

  const root = alternatives();
  if (at < source.length) throw new SyntaxError(`"${source.slice(at, at + 10)}" in a pattern is not supported`);
  return root;
}
