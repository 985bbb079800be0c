/**
 * A tokenizer's patterns, matched step by step. JavaScript's own matcher cannot be stopped, and (\w+)+! on thirty letters
 * keeps it busy for hours; this one counts what it tries. It takes the same way through a pattern, so it finds the same.
 */
import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { type PatternNode, parsePattern } from "./pattern-syntax.ts";
import { asUnicode16 } from "./unicode-16.ts";
import type { Work } from "./work.ts";

/** From and up to, in UTF-16 units. */
export type Range = readonly [from: number, to: number];

export interface Pattern {
  /** What is found in `text` from left to right, none within another. @throws PivotscopeError as `Work` does. */
  find(text: string, work: Work): Range[];
}

const LONGEST_PATTERN = 20_000;

/**
 * A pattern as tokenizer.json writes it, in Oniguruma's syntax; the library writes it anew for JavaScript.
 * @throws SyntaxError for what is no pattern, or is not supported.
 */
export function compilePattern(oniguruma: string): Pattern {
  if (oniguruma.length > LONGEST_PATTERN)
    throw new SyntaxError(`a pattern has more than ${LONGEST_PATTERN} characters`);
  const { pattern } = new SplitPreTokenizer({ type: "Split", pattern: { Regex: oniguruma }, behavior: "Isolated" });
  if (pattern === null) throw new SyntaxError("a pattern is missing");
  return matcherOf(pattern.source);
}

/**
 * A pattern in JavaScript's syntax with the `u` flag.
 *
 * @param view the text as the pattern sees it, of the same length.
 * @throws SyntaxError as `compilePattern`.
 */
export function matcherOf(source: string, view: (text: string) => string = asUnicode16): Pattern {
  const run: Run = { text: "", work: null };
  const match = compile(parsePattern(source), run, true);
  return {
    find(text, work) {
      run.text = view(text);
      run.work = work;
      try {
        return findAll(run, match);
      } catch (cause) {
        // Groups that repeat take the stack; a pattern that is out of it is as much at fault as one that takes long.
        throw cause instanceof RangeError ? work.tooMany() : cause;
      } finally {
        run.text = "";
        run.work = null;
      }
    },
  };
}

interface Run {
  text: string;
  work: Work | null;
}

/** Goes on with what follows; false sends back to the next way. */
type Next = (at: number) => boolean;
type Match = (at: number, next: Next) => boolean;

function findAll(run: Run, match: Match): Range[] {
  const found: Range[] = [];
  let last = -1;
  for (let at = 0; at <= run.text.length; ) {
    let end = -1;
    run.work?.spend(1);
    match(at, (position) => {
      end = position;
      return true;
    });
    // As Oniguruma's iterator: nothing that is empty right behind what was found.
    if (end < 0 || (end === at && last === at)) at += widthAt(run.text, at);
    else {
      found.push([at, end]);
      last = end;
      at = end;
    }
  }
  return found;
}

/** `ahead` is false within what looks behind, which is matched from its end. */
function compile(node: PatternNode, run: Run, ahead: boolean): Match {
  switch (node.kind) {
    case "character": {
      const step = oneCharacter(node.source, run, ahead);
      return (at, next) => {
        const after = step(at);
        return after >= 0 && next(after);
      };
    }
    case "sequence": {
      const parts = node.parts.map((part) => compile(part, run, ahead));
      const from = (index: number): Match => {
        const first = parts[ahead ? index : parts.length - 1 - index];
        if (first === undefined) return (at, next) => next(at);
        const rest = from(index + 1);
        return (at, next) => first(at, (after) => rest(after, next));
      };
      return from(0);
    }
    case "alternatives": {
      const parts = node.parts.map((part) => compile(part, run, ahead));
      return (at, next) => parts.some((part) => part(at, next));
    }
    case "look": {
      const body = compile(node.body, run, !node.behind);
      return (at, next) => body(at, () => true) !== node.negated && next(at);
    }
    case "repeat":
      return node.body.kind === "character" ? repeatCharacter(node, run, ahead) : repeatGroup(node, run, ahead);
    default:
      return node satisfies never;
  }
}

type Repeat = Extract<PatternNode, { kind: "repeat" }>;

/** Without a call for each character, since texts are long. */
function repeatCharacter({ body, least, most, lazy }: Repeat, run: Run, ahead: boolean): Match {
  const step = oneCharacter(body.kind === "character" ? body.source : "", run, ahead);
  return (start, next) => {
    const stops = [start];
    let at = start;
    if (lazy) {
      for (let count = 0; at >= 0 && count <= most; count++) {
        if (count >= least && next(at)) return true;
        at = step(at);
      }
      return false;
    }
    while (stops.length <= most) {
      at = step(at);
      if (at < 0) break;
      stops.push(at);
    }
    while (stops.length > least) {
      const stop = stops.pop();
      if (stop !== undefined && next(stop)) return true;
    }
    return false;
  };
}

function repeatGroup({ body, least, most, lazy }: Repeat, run: Run, ahead: boolean): Match {
  const once = compile(body, run, ahead);
  const from = (at: number, count: number, next: Next): boolean => {
    run.work?.spend(1);
    // What is empty repeats no more than it must.
    const more = () =>
      count < most && once(at, (after) => (after !== at || count < least) && from(after, count + 1, next));
    if (count < least) return more();
    return lazy ? next(at) || more() : more() || next(at);
  };
  return (at, next) => from(at, 0, next);
}

/** Where one matching character beside `at` ends, or −1. The engine's own expression knows what the character is. */
function oneCharacter(source: string, run: Run, ahead: boolean): (at: number) => number {
  const expression = new RegExp(`^${source}$`, "u");
  const known = new Map<number, boolean>();
  return (at) => {
    run.work?.spend(1);
    if (!ahead && at === 0) return -1;
    const from = ahead ? at : at - widthBefore(run.text, at);
    const code = run.text.codePointAt(from);
    if (code === undefined) return -1;
    let matches = known.get(code);
    if (matches === undefined) {
      matches = expression.test(String.fromCodePoint(code));
      known.set(code, matches);
    }
    if (!matches) return -1;
    return ahead ? at + (code > 0xffff ? 2 : 1) : from;
  };
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function widthBefore(text: string, at: number): number {
  return at > 1 && (text.codePointAt(at - 2) ?? 0) > 0xffff ? 2 : 1;
}
