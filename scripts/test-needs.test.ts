import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { missingNeeds, type Need } from "./test-needs.ts";

const need = (rest: Partial<Need>): Need => ({
  suites: ["gpu"],
  missing: () => "Nothing is there: buy one.",
  always: false,
  leaves: "the shaders",
  ...rest,
});

it("says in one sentence what is missing and what is left out for it", () => {
  expect(missingNeeds(["unit", "gpu"], false, [need({})])).toEqual([
    { stops: false, sentence: "Will skip the shaders: Nothing is there: buy one." },
  ]);
});

it("stops before anything runs without what suites always need, and in CI without anything", () => {
  const always = need({ always: true });
  expect(missingNeeds(["gpu"], false, [always])[0]?.stops).toBe(true);
  expect(missingNeeds(["gpu"], true, [need({})])[0]).toEqual({
    stops: true,
    sentence: "Cannot run the shaders: Nothing is there: buy one.",
  });
});

it("looks for nothing that the suites asked for do not need, and says nothing where all is there", () => {
  const missing = () => {
    throw new Error("was looked for");
  };
  expect(missingNeeds(["unit"], false, [need({ missing })])).toEqual([]);
  expect(missingNeeds(["gpu"], false, [need({ missing: () => null })])).toEqual([]);
});

it("is said by the runner before any suite, without a stack", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", resolve(import.meta.dirname, "test.ts"), "e2e"],
    { encoding: "utf8", env: { ...process.env, PIVOTSCOPE_BROWSER: "/nowhere/chrome" } },
  );
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(
      /^Cannot run the suites gpu and e2e: PIVOTSCOPE_BROWSER names \/nowhere\/chrome, but there is no such file: get one with .*\.$/,
    ),
    "Nothing was run; `npx tsx scripts/test.ts unit` runs the unit tests alone.",
    "",
  ]);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "\n0 passed, 1 failed, 0 skipped\n" });
});
