import { expect, it } from "vitest";
import { answerText, lineAfterKey } from "./history-words.ts";

it("says what became of the answer", () => {
  expect(answerText({ matches: true, dense: "three", pruned: "three" })).toBe("same: three");
  expect(answerText({ matches: false, dense: "three", pruned: "two" })).toBe("three → two");
  expect(answerText({ matches: false, dense: "three", pruned: null })).toBe("three → (gives no answer)");
});

it("walks along the lines and stays at their ends", () => {
  const keys = ["ArrowDown", "ArrowUp", "Home", "End", "Enter"];
  expect(keys.map((key) => lineAfterKey(key, 1, 3))).toEqual([2, 0, 0, 2, null]);
  expect(lineAfterKey("ArrowDown", 2, 3)).toBe(2);
  expect(lineAfterKey("ArrowUp", 0, 3)).toBe(0);
});
