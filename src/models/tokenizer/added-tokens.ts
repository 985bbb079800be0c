/**
 * Added tokens, found in a text before anything else is done to it (`added_vocabulary.rs` of Hugging Face's Rust library):
 * first those that stand in the text as it is, then, in what is left, normalized, those that are normalized too. Of several
 * at one place the longest is taken.
 */
import { spaceBefore, spaceBehind } from "./space.ts";
import { asUnicode16 } from "./unicode-16.ts";
import type { Work } from "./work.ts";

/** As tokenizer.json has it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Only where no letter, digit or mark stands beside it. */
  readonly single_word: boolean;
  /** Takes the space on its left, on its right. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Looked for in the normalized text, itself normalized. */
  readonly normalized: boolean;
}

/** A text, or the id of a token that stood there. */
export type Section = string | number;

/** @throws PivotscopeError `bad-checkpoint` where looking takes too much work. */
export type FindTokens = (text: string, work: Work) => Section[];

interface Branch {
  token: AddedToken | null;
  readonly next: Map<string, Branch>;
}

const WORD_BEFORE = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const WORD_BEHIND = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** @param contents what stands for each token, itself or its normalized form; empty ones are never found. */
export function tokenFinder(
  tokens: readonly AddedToken[],
  contents = tokens.map(({ content }) => content),
): FindTokens {
  const root = branch();
  for (const [index, token] of tokens.entries()) {
    const content = contents[index] ?? "";
    if (content !== "") add(root, content, token);
  }
  return (text, work) => {
    const sections: Section[] = [];
    let done = 0;
    for (let at = 0; at < text.length; ) {
      const found = longest(root, text, at, work);
      if (found === null) {
        at += 1;
        continue;
      }
      const { token, end } = found;
      if (!token.single_word || standsAlone(text, at, end)) {
        const from = token.lstrip ? Math.max(done, spaceBefore(text, at)) : at;
        const to = token.rstrip ? spaceBehind(text, end) : end;
        if (done < from) sections.push(text.slice(done, from));
        sections.push(token.id);
        done = to;
      }
      at = Math.max(end, done);
    }
    if (done < text.length) sections.push(text.slice(done));
    return sections;
  };
}

function branch(): Branch {
  return { token: null, next: new Map() };
}

function add(root: Branch, content: string, token: AddedToken): void {
  let at = root;
  for (const unit of content.split("")) {
    const next = at.next.get(unit) ?? branch();
    at.next.set(unit, next);
    at = next;
  }
  at.token ??= token;
}

function longest(root: Branch, text: string, start: number, work: Work) {
  let found: { token: AddedToken; end: number } | null = null;
  let at: Branch | undefined = root;
  for (let end = start; at !== undefined; end++) {
    if (at.token !== null) found = { token: at.token, end };
    work.spend(1);
    at = at.next.get(text[end] ?? "");
  }
  return found;
}

function standsAlone(text: string, from: number, to: number): boolean {
  // Two units are a character at most.
  const before = asUnicode16(text.slice(Math.max(0, from - 2), from));
  return !WORD_BEFORE.test(before) && !WORD_BEHIND.test(asUnicode16(text.slice(to, to + 2)));
}
