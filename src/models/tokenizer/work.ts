/**
 * What one text may cost. A tokenizer's patterns and replacements come out of somebody's file: one can try for ever, another
 * doubles a text until memory is gone. Every step counts, and a tokenizer that is over the limit is refused.
 */
import { PivotscopeError } from "../../core/errors.ts";

/** Steps for any text, and for each of its characters; GPT-2's and Llama 3's patterns take some thirty. */
const STEPS = 100_000;
const STEPS_PER_CHARACTER = 2_000;
/** Steps for the longest texts: about two seconds. */
const MOST_STEPS = 50_000_000;
/** Characters that a text may become; compatibility forms make 18 of one. */
const LENGTH = 10_000;
const GROWTH = 64;

export interface Work {
  /** @throws PivotscopeError `bad-checkpoint` when more was done than a text of this length may cost. */
  spend(steps: number): void;
  /** Counts a result of this many characters. @throws PivotscopeError `bad-checkpoint` where that is too long. */
  hold(characters: number): void;
  /** The error for a text that takes too many steps, whatever was counted. */
  tooMany(): PivotscopeError;
}

/** The work for a text of so many characters. */
export function workFor(characters: number): Work {
  const steps = Math.min(MOST_STEPS, STEPS + STEPS_PER_CHARACTER * characters);
  const longest = LENGTH + GROWTH * characters;
  const refuse = (what: string) =>
    new PivotscopeError(
      "bad-checkpoint",
      `tokenizer.json: ${what} a text of ${characters} characters.`,
      "Use a tokenizer.json whose patterns and replacements are simpler, such as the model's own from its publisher.",
    );
  let left = steps;
  const work: Work = {
    spend(amount) {
      left -= amount;
      if (left < 0) throw work.tooMany();
    },
    hold(length) {
      if (length > longest) throw refuse(`its steps make more than ${longest} characters of`);
      work.spend(length);
    },
    tooMany: () => refuse(`its patterns take more than ${steps} steps on`),
  };
  return work;
}
