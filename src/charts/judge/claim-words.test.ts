import { expect, it } from "vitest";
import type { Judgement } from "../../scenes/judge/index.ts";
import { claimsTrue, judgedWords, statementsWords } from "./claim-words.ts";

/** A judgement of which only the verdicts are looked at. */
function judged(...verdicts: readonly Judgement["claims"][number]["verdict"][]): Judgement {
  const claims = verdicts.map((verdict) => ({ verdict }));
  return { claims } as unknown as Judgement;
}

it("counts the statements that hold, and those that nobody can read apart", () => {
  const broken = judged("true", "unreadable", "false", "unreadable");
  expect(claimsTrue(broken)).toBe("1 of 4");
  expect(judgedWords(broken)).toBe("judged: 1 true, 1 false, 2 unreadable");
});

it("says whose statements they are", () => {
  const [dense, pruned] = [judged("true", "true"), judged("false")];
  expect(statementsWords(dense, pruned, false)).toBe("statements true: dense 2 of 2, pruned 0 of 1");
  expect(statementsWords(dense, null, false)).toBe("statements true: dense 2 of 2");
  expect(statementsWords(dense, null, true)).toBe("statements true: 2 of 2, both");
});
