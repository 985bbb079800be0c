/** Readers for sentences that say one thing. Each gives null when it cannot read; the caller checks that all was read. */
import type { Content } from "./content.ts";
import type { Mention } from "./mention.ts";
import { readKind, readName, readNounPhrase, readPlace, takeNumber } from "./phrases.ts";
import type { Reader } from "./reader.ts";
import { adjectives, directionNames, directions, extremes, rowNames, substances } from "./vocabulary.ts";

/** "Two and one make three", "Three minus one is two", "Two is more than one", "Two equals two". */
export function readArithmetic(reader: Reader): Content | null {
  const first = takeNumber(reader);
  if (first === null) return null;
  const arithmetic = (operation: "sum" | "minus" | "more" | "less", operands: readonly number[]): Content | null => {
    const result = takeNumber(reader);
    return result === null ? null : { type: "arithmetic", operation, operands, result };
  };
  if (reader.take("minus")) {
    const second = takeNumber(reader);
    return second !== null && reader.take("is") ? arithmetic("minus", [first, second]) : null;
  }
  if (reader.take("is", "more", "than")) return arithmetic("more", [first]);
  if (reader.take("is", "less", "than") || reader.take("is", "fewer", "than")) return arithmetic("less", [first]);
  const operands = [first];
  while (reader.takeAny(",", "and")) {
    const next = takeNumber(reader);
    if (next === null) return null;
    operands.push(next);
  }
  return reader.takeAny("make", "makes", "is", "equals") ? arithmetic("sum", operands) : null;
}

/** "more balls than cubes", "two more balls than cubes", "fewer …", "as many … as", "not as many … as". */
export function readComparison(reader: Reader): Content | null {
  // "No more balls than cubes" does not say which of two things it means.
  const by = reader.peek() === "no" ? null : takeNumber(reader);
  const unequal = by === null && reader.take("not");
  const alike = reader.take("as", "many");
  const relation = alike
    ? unequal
      ? "unequal"
      : "equal"
    : reader.take("more")
      ? "more"
      : reader.take("fewer")
        ? "fewer"
        : null;
  if (relation === null || (alike ? by !== null : unequal)) return null;
  const first = readKind(reader);
  const second = reader.take(alike ? "as" : "than") ? readKind(reader) : null;
  return first === null || second === null ? null : { type: "compare", first, second, relation, by };
}

/** "No other object is as far to the left"; the object that is meant has been mentioned before. */
export function readNoOther(reader: Reader): Content | null {
  if (!reader.take("no", "other", "object", "is")) return null;
  const direction = directionNames.find((name) => reader.take(...extremes[name].as));
  return direction === undefined ? null : { type: "no-other", mention: null, direction };
}

/** "the number of balls and cubes is three". */
export function readNumberOf(reader: Reader): Content | null {
  if (!reader.take("the", "number", "of")) return null;
  const of: Mention[] = [];
  do {
    const kind = readKind(reader);
    if (kind === null) return null;
    of.push(kind);
  } while (reader.take("and"));
  const row = readRow(reader);
  const count = reader.take("is") ? takeNumber(reader) : null;
  return count === null ? null : { type: "count", of, count, row, named: null };
}

/** "in the top row"; null when no row is given. */
export function readRow(reader: Reader): number | null {
  return reader.attempt(() => {
    const row = reader.take("in", "the") ? rowNames.findIndex((name) => reader.take(name, "row")) : -1;
    return row === -1 ? null : row;
  });
}

/** "the red ball is …", "the red ball and the blue cube have the same size". */
export function readStatement(reader: Reader): Content | null {
  const mention = readName(reader);
  if (mention === null) return null;
  if (reader.take("and")) {
    const other = readName(reader);
    const sameness = reader.takeFirst(samenesses);
    return other === null || sameness === null ? null : { type: "same", mention, other, ...sameness };
  }
  if (!reader.take("is")) return null;
  const direction = directionNames.find((name) => reader.take(...directions[name].words));
  if (direction !== undefined) {
    const other = readName(reader);
    return other === null ? null : { type: "relation", mention, direction, other };
  }
  const most = directionNames.find((name) => reader.take(...extremes[name].most));
  if (most !== undefined) return { type: "extreme", mention, direction: most };
  const place = readPlace(reader);
  if (place !== null) return { type: "attribute", mention, is: { place }, identity: false };
  const madeOf = reader.take("made", "of");
  const value = (madeOf ? substances : adjectives).get(reader.peek());
  if (value !== undefined && (reader.at === reader.tokens.length - 1 || madeOf)) {
    reader.at += 1;
    return { type: "attribute", mention, is: value, identity: false };
  }
  const complement = readNounPhrase(reader);
  if (complement === null || complement.plural || complement.determiner === null) return null;
  return { type: "attribute", mention, is: complement.mention, identity: complement.determiner === "the" };
}

interface Sameness {
  readonly attribute: "material" | "size";
  readonly same: boolean;
}

const samenesses: readonly (readonly [words: readonly string[], sameness: Sameness])[] = [
  [["are", "made", "of", "the", "same", "material"], { attribute: "material", same: true }],
  [["are", "made", "of", "different", "materials"], { attribute: "material", same: false }],
  [["have", "the", "same", "size"], { attribute: "size", same: true }],
  [["have", "different", "sizes"], { attribute: "size", same: false }],
];
