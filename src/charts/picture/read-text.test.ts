import { expect, it } from "vitest";
import { joinedRuns, type Run } from "./read-text.ts";

const run = (text: string, left: number, right: number, top = 0): Run => ({ text, left, right, top, bottom: top + 12 });

it("joins pieces of one line, with a space where there is room for one", () => {
  const pieces = [run("Scenes 3M", 0, 60), run("·", 64, 66), run("µCRASP", 70, 110), run("!", 110.3, 112)];
  expect(joinedRuns(pieces, 12)).toEqual([run("Scenes 3M · µCRASP!", 0, 112)]);
});

it("keeps lines and columns apart", () => {
  const pieces = [run("one", 0, 20), run("two", 0, 20, 15), run("column", 60, 90, 15), run("before", 0, 30, 15)];
  expect(joinedRuns(pieces, 12)).toEqual(pieces);
});
