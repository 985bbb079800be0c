/** Reads one sentence into what it says. A list says one thing per object, so that each is judged on its own. */
import type { Content } from "./content.ts";
import type { Mention } from "./mention.ts";
import { readKind, readName, readNounPhrase, readPredicate, takeNumber } from "./phrases.ts";
import { Reader, type Token } from "./reader.ts";
import { readRule } from "./rules.ts";
import { readArithmetic, readComparison, readNoOther, readNumberOf, readRow, readStatement } from "./statements.ts";

/** A part of a sentence and what it says; null where it cannot be read. */
export interface Piece {
  readonly content: Content | null;
  /** In the trace, [start, end). */
  readonly start: number;
  readonly end: number;
}

export interface Sentence {
  /** Whether it draws a conclusion ("Therefore …") rather than telling what is seen. */
  readonly concluded: boolean;
  readonly pieces: readonly Piece[];
}

const CONCLUSIVE = ["therefore", "thus", "so", "hence"];
const OPENERS = [
  ["i", "observe"],
  ["i", "see"],
  ["i", "count"],
  ["there", "is"],
  ["there", "are"],
  ["the", "picture", "shows"],
] as const;

/** Whether a sentence starts here even though the one before has no full stop. */
export function startsSentence(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.word ?? "";
  if (CONCLUSIVE.includes(word)) return true;
  if (CONCLUSIVE.includes(tokens[at - 1]?.word ?? "")) return false;
  return word === "i" && OPENERS.some((opener) => opener[0] === "i" && opener[1] === tokens[at + 1]?.word);
}

/** @param tokens at least one. */
export function readSentence(tokens: readonly Token[]): Sentence {
  const reader = new Reader(tokens);
  const concluded = reader.takeAny(...CONCLUSIVE);
  if (concluded) reader.take(",");
  const body = tokens.slice(reader.at);
  const rule = readRule(body.map(({ word }) => word));
  const contents = rule ? [{ content: rule, end: tokens.length }] : readBody(reader);
  // What each piece covers reaches from the end of the one before to its own.
  let from = 0;
  const pieces = contents.map(({ content, end }) => {
    while (from < end - 1 && isSeparator(tokens[from])) from += 1;
    const piece = { content, start: tokens[from]?.start ?? 0, end: tokens[end - 1]?.end ?? 0 };
    from = end;
    return piece;
  });
  return { concluded, pieces };
}

interface Read {
  readonly content: Content | null;
  /** Index behind its last token. */
  readonly end: number;
}

function readBody(reader: Reader): readonly Read[] {
  const end = reader.tokens.length;
  const whole = (content: Content | null): readonly Read[] | null => (content === null ? null : [{ content, end }]);
  const complete = (read: (reader: Reader) => Content | null) => () =>
    whole(
      reader.attempt(() => {
        const content = read(reader);
        return reader.done ? content : null;
      }),
    );
  const opened = (read: (reader: Reader) => readonly Read[] | null) => () =>
    reader.attempt(() => (OPENERS.some((opener) => reader.take(...opener)) ? read(reader) : null));
  const readings = [
    complete(readArithmetic),
    complete(readNoOther),
    complete(readNumberOf),
    complete(readHolders),
    opened((inside) => complete(readComparison)() ?? (inside.done ? null : readList(inside))),
    complete(readStatement),
    () => readConsequences(reader),
  ];
  for (const read of readings) {
    const contents = read();
    if (contents !== null) return contents;
  }
  return [{ content: null, end }];
}

function isSeparator(token: Token | undefined): boolean {
  return token?.word === "," || token?.word === "and";
}

/** "a red ball, a blue cube and …", "no balls", "two balls, the red ball and the blue ball". */
function readList(reader: Reader): readonly Read[] {
  const read: Read[] = [];
  let counted: { readonly of: Mention; readonly at: number } | null = null;
  let named = 0;
  for (let from = reader.at; from < reader.tokens.length; ) {
    if (isSeparator(reader.tokens[from])) {
      from += 1;
      continue;
    }
    let end = from;
    while (end < reader.tokens.length && !isSeparator(reader.tokens[end])) end += 1;
    const item = new Reader(reader.tokens.slice(from, end));
    const count = readCount(item);
    const phrase = count === null ? readNounPhrase(item) : null;
    if (count !== null) {
      counted = { of: count.of[0] ?? {}, at: read.length };
      named = 0;
      read.push({ content: count, end });
    } else if (phrase === null || phrase.plural || !item.done) {
      read.push({ content: null, end });
    } else if (counted !== null && phrase.determiner !== "a") {
      named += 1;
      read.push({ content: { type: "member", mention: phrase.mention, of: counted.of }, end });
      const before = read[counted.at];
      if (before?.content?.type === "count") read[counted.at] = { ...before, content: { ...before.content, named } };
    } else {
      read.push({ content: { type: "object", mention: phrase.mention }, end });
    }
    from = end;
  }
  return read.length === 0 ? [{ content: null, end: reader.tokens.length }] : read;
}

/** "two objects in the top row". */
function readCount(reader: Reader): (Content & { type: "count" }) | null {
  return reader.attempt(() => {
    const count = takeNumber(reader);
    const kind = count === null ? null : readKind(reader);
    if (count === null || kind === null) return null;
    const row = readRow(reader);
    return reader.done ? { type: "count", of: [kind], count, row, named: null } : null;
  });
}

/** "two objects float", "No object floats". */
function readHolders(reader: Reader): Content | null {
  const count = takeNumber(reader);
  const kind = count === null ? null : readKind(reader);
  const predicate = kind === null ? null : readPredicate(reader);
  if (count === null || kind === null || predicate === null) return null;
  return { type: "holders", of: kind, predicate, count };
}

/** "The red ball floats", "The red ball and the blue ring float": one consequence for each object. */
function readConsequences(reader: Reader): readonly Read[] | null {
  return reader.attempt(() => {
    const found: { readonly mention: Mention; readonly end: number }[] = [];
    do {
      while (isSeparator(reader.tokens[reader.at])) reader.at += 1;
      const mention = readName(reader);
      if (mention === null) return null;
      found.push({ mention, end: reader.at });
    } while (isSeparator(reader.tokens[reader.at]));
    const predicate = readPredicate(reader);
    if (predicate === null || !reader.done) return null;
    return found.map(({ mention, end }, index) => ({
      content: { type: "consequence", mention, predicate },
      end: index === found.length - 1 ? reader.tokens.length : end,
    }));
  });
}
