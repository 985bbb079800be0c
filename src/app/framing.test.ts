// @module-tag attack
import { expect, it } from "vitest";
import { type Framing, mayRun } from "./framing.ts";

const framed: Framing = {
  ...{ alone: false, origin: "https://here.example", ancestors: null, referrer: null, parentIsTop: true },
  embedders: [],
};
const course = "https://course.example";

it.each<[string, Partial<Framing>, boolean]>([
  ["a window of its own", { alone: true }, true],
  ["a frame of nobody known", {}, false],
  ["a frame of its own origin", { ancestors: [framed.origin] }, true],
  ["a frame of another origin", { ancestors: [course] }, false],
  ["a frame that the build allows", { ancestors: [course], embedders: [course] }, true],
  ["an allowed frame in one that is not", { ancestors: [course, "https://bad.example"], embedders: [course] }, false],
  ["its own origin in another's", { ancestors: [framed.origin, "https://bad.example"] }, false],
  ["no ancestors, though framed", { ancestors: [] }, false],
  ["an allowed page that opened it", { referrer: course, embedders: [course] }, true],
  ["an allowed page in one that nobody can see", { referrer: course, embedders: [course], parentIsTop: false }, false],
  ["its own origin, by the referrer", { referrer: framed.origin }, true],
  ["another page, by the referrer", { referrer: course }, false],
])("in %s", (_, framing, expected) => {
  expect(mayRun({ ...framed, ...framing })).toBe(expected);
});
