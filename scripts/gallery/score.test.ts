import { describe, expect, it } from "vitest";
import type { Course, Point } from "./course.ts";
import { scoreCourse } from "./score.ts";

const point = (percent: number, change: Partial<Point> = {}): Point => ({
  percent,
  kl: 0,
  matches: true,
  answer: "three",
  statements: { true: 4, false: 0, unreadable: 0 },
  changed: 0,
  text: "",
  ...change,
});
const broken = (percent: number, change: Partial<Point> = {}) =>
  point(percent, {
    kl: percent / 100,
    matches: false,
    answer: "four",
    statements: { true: 2, false: 2, unreadable: 0 },
    changed: 0.2,
    ...change,
  });
const course = (points: readonly Point[]): Course => ({
  candidate: { family: "", kind: "", question: "", scene: { objects: [] } },
  dense: { text: "", answer: "three", allTrue: true },
  points,
});

describe("the score of a course", () => {
  it("is highest for one that holds, breaks visibly and stays broken", () => {
    const { faults, breaksAt, sum } = scoreCourse(course([point(10), point(30), broken(40), broken(50), broken(60)]));
    expect({ faults, breaksAt, sum }).toEqual({ faults: [], breaksAt: 40, sum: 6 });
  });

  it.each([
    ["something changes up to 30 %", [point(30, { kl: 0.01 }), broken(40)]],
    ["something changes up to 30 %", [point(20, { changed: 0.1 }), broken(40)]],
    ["the answer holds at 50 %", [point(30), point(50), broken(60)]],
    ["the answer comes back", [point(30), broken(40), point(50), broken(60)]],
  ])("finds fault: %s", (fault, points) => {
    expect(scoreCourse(course(points)).faults).toEqual([fault]);
  });

  it("is lower by what KL falls and truth rises again, at each step of the ratio", () => {
    const { parts } = scoreCourse(
      course([
        point(30),
        broken(40, { kl: 0.8, statements: { true: 0, false: 4, unreadable: 0 } }),
        broken(50, { kl: 0.4, statements: { true: 1, false: 3, unreadable: 0 } }),
        broken(60, { kl: 0.8, statements: { true: 0, false: 4, unreadable: 0 } }),
      ]),
    );
    // KL falls by half of its range once; truth rises by a quarter of its range once.
    expect(parts.klRises).toBeCloseTo(0.5);
    expect(parts.truthFalls).toBeCloseTo(0.75);
  });

  it("counts what can be read, is answered, is false and is other at the break", () => {
    const nothing = broken(40, { answer: null, statements: { true: 1, false: 1, unreadable: 2 }, changed: 0.05 });
    expect(scoreCourse(course([point(30), nothing])).parts).toMatchObject({
      readable: 0.5,
      answered: 0,
      wrong: 0.5,
      words: 0.5,
    });
  });
});
