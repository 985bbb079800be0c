import { describe, expect, it } from "vitest";
import { countPlaywright, countVitest, formatCounts } from "./test-counts.ts";

const tests = (...statuses: string[]) => statuses.map((status) => ({ status }));

describe("countVitest", () => {
  it("counts tests of all files; what neither passed nor failed was skipped", () => {
    const testResults = [
      { status: "passed", assertionResults: tests("passed", "passed", "skipped", "todo") },
      { status: "failed", assertionResults: tests("passed", "failed", "failed") },
    ];
    expect(countVitest({ testResults })).toEqual({ passed: 3, failed: 2, skipped: 2 });
  });

  it("counts a file that did not load as a failure", () => {
    const testResults = [{ status: "failed", assertionResults: [] }];
    expect(countVitest({ testResults })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

it("counts flaky tests and errors outside of tests as failures of Playwright", () => {
  const stats = { expected: 5, unexpected: 1, flaky: 2, skipped: 3 };
  expect(countPlaywright({ stats, errors: ["x"] })).toEqual({ passed: 5, failed: 4, skipped: 3 });
});

it("writes counts in one line", () => {
  expect(formatCounts({ passed: 12, failed: 0, skipped: 1 })).toBe("12 passed, 0 failed, 1 skipped");
});
