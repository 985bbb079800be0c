import { describe, expect, it } from "vitest";
import type { Trace } from "../../../engine/contract.ts";
import { verdict, verdictSentence } from "./answer.ts";

const trace = (text: string): Trace => ({ text, tokens: [{ id: 1, text }], finish: "stop" });
const dense = trace("So Final Answer: yes");

describe("the verdict in words", () => {
  it.each([
    [null, "answer matches: yes = yes"],
    [trace("Hm. Final Answer: Yes."), "answer matches: yes = Yes"],
    [trace("Final Answer: no"), "answer differs: yes → no"],
    // "no answer" would read as the answer "no".
    [trace("the the the"), "answer differs: yes → (gives no answer)"],
    [trace(`Final Answer: ${"very ".repeat(20)}`), `answer differs: yes → ${"very ".repeat(8).trim()}…`],
  ])("of %o", (pruned, sentence) => {
    expect(verdictSentence(verdict(dense, pruned))).toBe(sentence);
  });
});
