/**
 * How close a generated text is to a reference, by words in lower case without punctuation. 1 is equal, 0 has nothing
 * in common. Beside each function stands where its formula is from.
 */
import { commonLength } from "../alignment.ts";
import { contentWords } from "./answer.ts";

/** F1 of the words that both texts share, repeats counted (as SQuAD, Rajpurkar et al. 2016, without dropping articles). */
export function tokenF1(reference: string, candidate: string): number {
  const expected = contentWords(reference);
  const found = contentWords(candidate);
  if (expected.length === 0 || found.length === 0) return expected.length === found.length ? 1 : 0;
  const shared = sharedCount(counts(expected), counts(found));
  return (2 * shared) / (expected.length + found.length);
}

/**
 * Sentence BLEU up to 4-grams (Papineni et al. 2002) with add-one smoothing from 2-grams on (Lin and Och 2004). A text
 * shorter than 4 words is scored up to its own length, so that equal texts give 1 (project decision).
 */
export function bleu(reference: string, candidate: string): number {
  const expected = contentWords(reference);
  const found = contentWords(candidate);
  if (expected.length === 0 || found.length === 0) return expected.length === found.length ? 1 : 0;
  const orders = Math.min(4, found.length);
  let logarithms = 0;
  for (let order = 1; order <= orders; order++) {
    const shared = sharedCount(counts(grams(expected, order)), counts(grams(found, order)));
    const total = found.length - order + 1;
    const precision = order === 1 ? shared / total : (shared + 1) / (total + 1);
    if (precision === 0) return 0;
    logarithms += Math.log(precision);
  }
  const brevity = Math.min(1, Math.exp(1 - expected.length / found.length));
  return brevity * Math.exp(logarithms / orders);
}

/** 2·L/(n+m) with L the longest common subsequence of words: like F1, but order counts (project decision). */
export function similarity(reference: string, candidate: string): number {
  const expected = contentWords(reference);
  const found = contentWords(candidate);
  if (expected.length + found.length === 0) return 1;
  return (2 * commonLength(expected, found)) / (expected.length + found.length);
}

function grams(words: readonly string[], order: number): readonly string[] {
  return Array.from({ length: Math.max(0, words.length - order + 1) }, (_, start) =>
    words.slice(start, start + order).join(" "),
  );
}

function counts(items: readonly string[]): ReadonlyMap<string, number> {
  const counted = new Map<string, number>();
  for (const item of items) counted.set(item, (counted.get(item) ?? 0) + 1);
  return counted;
}

function sharedCount(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [item, count] of left) shared += Math.min(count, right.get(item) ?? 0);
  return shared;
}
