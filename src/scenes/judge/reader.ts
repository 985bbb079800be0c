/** Words of a text with their places in it, and a cursor over them. */

export interface Token {
  /** Lower case, British spelling; or a punctuation mark. */
  readonly word: string;
  /** Where it stands in the text, [start, end). */
  readonly start: number;
  readonly end: number;
}

const TOKEN = /[\p{L}\p{N}]+|\n|[^\s\p{L}\p{N}]/gu;
/** Marks that carry nothing: Markdown stars, quotes, hyphens ("top-left"), brackets. */
const IGNORED = /^[*_"“”'’`()[\]-]$/u;

/** The tokens of `text` between two places. */
export function tokensOf(text: string, from = 0, to = text.length): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.slice(from, to).matchAll(TOKEN)) {
    if (IGNORED.test(match[0])) continue;
    const start = from + match.index;
    tokens.push({ word: british(match[0].toLowerCase()), start, end: start + match[0].length });
  }
  return tokens;
}

function british(word: string): string {
  if (word === "center") return "centre";
  if (word === "an") return "a";
  return word === "color" ? "colour" : word;
}

/** A cursor over tokens. Readers move it only when they succeed, or are wrapped in `attempt`. */
export class Reader {
  readonly tokens: readonly Token[];
  at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  /** The word `ahead` of the cursor, "" beyond the end. */
  peek(ahead = 0): string {
    return this.tokens[this.at + ahead]?.word ?? "";
  }

  /** Moves over these words when exactly they come next. */
  take(...words: readonly string[]): boolean {
    if (!words.every((word, index) => this.peek(index) === word)) return false;
    this.at += words.length;
    return true;
  }

  /** Moves over one of these words. */
  takeAny(...words: readonly string[]): boolean {
    return words.some((word) => this.take(word));
  }

  /** Moves over the first of these that comes next, and gives what belongs to it. */
  takeFirst<Value>(entries: readonly (readonly [words: readonly string[], value: Value])[]): Value | null {
    const found = entries.find(([words]) => this.take(...words));
    return found === undefined ? null : found[1];
  }

  /** Runs a reader, and moves back when it gives null. */
  attempt<Value>(read: (reader: this) => Value | null): Value | null {
    const start = this.at;
    const value = read(this);
    if (value === null) this.at = start;
    return value;
  }
}
