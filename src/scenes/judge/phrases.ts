/** Reads the parts that sentences are made of: objects, places, numbers, verbs. */
import type { Predicate } from "./content.ts";
import { attributes, type Mention } from "./mention.ts";
import type { Reader } from "./reader.ts";
import { adjectives, nouns, placeWords, readNumber, verbs } from "./vocabulary.ts";

export interface NounPhrase {
  readonly mention: Mention;
  readonly plural: boolean;
  /** "an" is read as "a". */
  readonly determiner: "a" | "the" | null;
}

/** "at the top left", with any of the prepositions; not "in the top row". Gives the cell. */
export function readPlace(reader: Reader): number | null {
  return reader.attempt(() => {
    if (!reader.takeAny("at", "on", "in") || !reader.take("the")) return null;
    const cell = reader.takeFirst(placeWords);
    return reader.peek() === "row" ? null : cell;
  });
}

/** "a large red metal ball at the top left"; the adjectives may stand in any order, but none may contradict another. */
export function readNounPhrase(reader: Reader): NounPhrase | null {
  return reader.attempt(() => {
    const determiner = reader.take("the") ? "the" : reader.take("a") ? "a" : null;
    let mention: Mention = {};
    for (;;) {
      const word = reader.peek();
      const noun = nouns.get(word);
      const said = noun?.mention ?? adjectives.get(word);
      if (said === undefined) return null;
      if (attributes.some((name) => said[name] !== undefined && (mention[name] ?? said[name]) !== said[name]))
        return null;
      reader.take(word);
      mention = { ...mention, ...said };
      if (noun === undefined) continue;
      const place = readPlace(reader);
      return { mention: place === null ? mention : { ...mention, place }, plural: noun.plural, determiner };
    }
  });
}

/** "the red ball", of which there is one: no plural and no "a". */
export function readName(reader: Reader): Mention | null {
  const phrase = readNounPhrase(reader);
  return phrase === null || phrase.plural || phrase.determiner === "a" ? null : phrase.mention;
}

/** "large wooden objects", after a number or where numbers are compared: without an article. */
export function readKind(reader: Reader): Mention | null {
  const phrase = readNounPhrase(reader);
  return phrase === null || phrase.determiner !== null ? null : phrase.mention;
}

/** "two", "no", "3". */
export function takeNumber(reader: Reader): number | null {
  const count = readNumber(reader.peek());
  if (count !== null) reader.at += 1;
  return count;
}

/** "floats", "rolls and breaks", "does not roll and break", "sinks". */
export function readPredicate(reader: Reader): Predicate | null {
  return reader.attempt(() => {
    const denied = reader.take("does", "not") || reader.take("do", "not");
    const first = reader.takeFirst(verbs);
    if (first === null) return null;
    const all = [first];
    for (;;) {
      const next = reader.attempt(() => (reader.take("and") ? reader.takeFirst(verbs) : null));
      if (next === null) return { verbs: all, denied };
      all.push(next);
    }
  });
}
