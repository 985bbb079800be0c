import { describe, expect, it } from "vitest";
import { falseCount, holdsAttacks, playwrightAttacks, vitestAttacks } from "./attack-count.ts";

it("knows a file with attacks by its tag", () => {
  expect(holdsAttacks("/**\n * Says what.\n *\n * @module-tag attack\n */")).toBe(true);
  expect(holdsAttacks('it("x", { tags: ["slow", "attack"] }, () => {});')).toBe(true);
  expect(holdsAttacks('test("x", { tag: "@attack" }, async () => {});')).toBe(true);
  expect(holdsAttacks("// an attack")).toBe(false);
});

it("counts the attacks that were made", () => {
  const test = (status: string, ...tags: string[]) => ({ status, tags });
  const files = [
    {
      assertionResults: [test("passed", "attack"), test("failed", "attack"), test("skipped", "attack"), test("passed")],
    },
    { assertionResults: [{ status: "passed" }, test("passed", "slow", "attack")] },
  ];
  expect(vitestAttacks({ testResults: files })).toBe(3);
  const spec = (status: string, ...tags: string[]) => ({ tags, tests: [{ status }] });
  const report = {
    suites: [
      {
        specs: [spec("expected", "attack"), spec("skipped", "attack")],
        suites: [{ specs: [spec("unexpected", "attack")] }],
      },
      { specs: [spec("expected", "slow")] },
    ],
  };
  expect(playwrightAttacks(report)).toBe(2);
});

describe("the README's count", () => {
  const readme = "It makes more than 1,200 attacks.";

  it("holds while it is below the truth, and not far", () => {
    expect([1201, 1300].map((found) => falseCount(readme, found))).toEqual([null, null]);
  });

  it("does not hold where there are fewer or many more, and is told what to say", () => {
    expect(falseCount(readme, 1200)).toBe("README.md says more than 1,200 attacks, 1200 were made: write 1,150.");
    expect(falseCount(readme, 1301)).toBe("README.md says more than 1,200 attacks, 1301 were made: write 1,300.");
    expect(falseCount("Nothing.", 5)).toMatch(/does not say/);
  });
});
