/** Reports: what is collected, read, shown and put into tables. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PivotscopeError } from "../src/core/errors.ts";
import { createBudget, repeated, spreadOf } from "./budget.ts";
import { compareCalibrations } from "./check-bundled.ts";
import { formatNumber, formatSpread } from "./format.ts";
import { DOCUMENT, readKeptReports } from "./kept-reports.ts";
import { reportPage } from "./page.ts";
import { createRecorder } from "./recorder.ts";
import { relativeErrors } from "./relative-errors.ts";
import { parseReport } from "./schema.ts";
import { BEGIN, END, reportTables, withTables } from "./tables.ts";
import { EXAMPLE } from "./testing.ts";
import { DAWN, ONNXRUNTIME, VERSION } from "./versions.ts";

const root = join(import.meta.dirname, "..");
const about = { name: "something", model: "a model", precision: "float32" } as const;
const silent = () => undefined;

describe("measurements", () => {
  it("are summed up by median, lowest and highest", () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, lowest: 1, highest: 3, repeats: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, lowest: 1, highest: 4, repeats: 4 });
    expect(spreadOf([5])).toEqual({ median: 5, lowest: 5, highest: 5, repeats: 1 });
  });

  it("leave the first one out, which warms up", async () => {
    let calls = 0;
    const spread = await repeated(createBudget(60), 3, async () => {
      calls += 1;
      return calls === 1 ? 100 : calls;
    });
    expect(spread).toEqual({ median: 3, lowest: 2, highest: 4, repeats: 3 });
  });

  it("stop when the time is used up, and keep what there is", async () => {
    let over = false;
    const budget = { ...createBudget(60), over: () => over };
    const values = [9, 1, 2];
    const spread = await repeated(budget, 10, async () => {
      const value = values.shift();
      over = values.length === 0;
      if (value === undefined) throw new Error("There is no time for this one.");
      return value;
    });
    expect(spread).toEqual({ median: 1.5, lowest: 1, highest: 2, repeats: 2 });
  });

  it("take no more than their share of the time, but one", async () => {
    let now = 0;
    const budget = { ...createBudget(100), used: () => now };
    const spread = await repeated(budget, 10, async () => {
      now += 5;
      return now;
    });
    expect(spread).toEqual({ median: 10, lowest: 10, highest: 10, repeats: 1 });
  });

  it("fail where nothing was measured", async () => {
    const failing = repeated(createBudget(60), 3, () => Promise.reject(new Error("lost")));
    await expect(failing).rejects.toThrow("lost");
  });
});

describe("a recorder", () => {
  it("calls skipped what its time ended, and failed what failed by itself after that", async () => {
    let over = false;
    const recorder = createRecorder({ ...createBudget(60), over: () => over }, silent);
    const late = (error: unknown) => async () => {
      over = true;
      throw error;
    };
    await recorder.check(about, late(new PivotscopeError("cancelled", "Cancelled.")));
    over = false;
    await recorder.check(about, late(new DOMException("Too late.", "TimeoutError")));
    over = false;
    await recorder.check(about, late(new Error("The device is lost.")));
    recorder.fail(about, new Error("No device."));
    recorder.skipCheck(about, "The model was not loaded.");
    expect(recorder.checks.map(({ status }) => status)).toEqual(["skipped", "skipped", "failed", "failed", "skipped"]);
  });

  it("goes on behind what fails, and says so", async () => {
    const recorder = createRecorder(createBudget(60), silent);
    await recorder.check(about, () => Promise.reject(new Error("The device is lost.")));
    await recorder.check(about, async () => ({ passed: false, detail: "3 of what is allowed" }));
    await recorder.check(about, async () => ({ passed: true, detail: "" }));
    await recorder.measure(about, "s", "", () => Promise.reject(new Error("No memory.")));
    await recorder.measure(about, "s", "once", async () => spreadOf([2]));
    await recorder.compare("a layer", "ms", async () => ({ fused: spreadOf([2]), composed: spreadOf([5]) }));
    expect(recorder.checks.map(({ status, detail }) => [status, detail])).toEqual([
      ["failed", "The device is lost."],
      ["failed", "3 of what is allowed"],
      ["passed", ""],
    ]);
    expect(recorder.measurements).toMatchObject([
      { status: "failed", detail: "No memory.", value: null },
      { status: "done", detail: "once", value: { median: 2 } },
    ]);
    expect(recorder.comparisons).toMatchObject([{ status: "done", ratio: 2.5 }]);
  });

  it("begins nothing once the time is used up", async () => {
    const recorder = createRecorder({ ...createBudget(60), over: () => true }, silent);
    const never = () => Promise.reject(new Error("This must not run."));
    await recorder.check(about, never);
    await recorder.measure(about, "s", "", never);
    await recorder.compare("a layer", "ms", never);
    for (const { status, detail } of [...recorder.checks, ...recorder.measurements, ...recorder.comparisons]) {
      expect({ status, detail }).toEqual({ status: "skipped", detail: "The time was used up." });
    }
  });
});

describe("differences", () => {
  it("are relative to the expected number, or to a millionth of the largest", () => {
    expect(relativeErrors([1.1, 2], [1, 2])).toEqual({ p99: expect.closeTo(0.1), largest: expect.closeTo(0.1) });
    expect(relativeErrors([1e6, 0.5], [1e6, 0]).largest).toBeCloseTo(0.5);
    expect(relativeErrors([Number.NaN], [1]).largest).toBe(Number.POSITIVE_INFINITY);
    expect(relativeErrors([], [1]).largest).toBe(Number.POSITIVE_INFINITY);
  });

  it("fail a calibration that is off", () => {
    const attribution = Float64Array.from({ length: 200 }, (_, unit) => unit + 1);
    const sound = { cmds: [1], sens: [2], attributionGlobal: attribution, attributionPivot: attribution };
    const compare = (changed: object) => compareCalibrations({ ...sound, ...changed } as never, sound as never).passed;
    expect(compare({})).toBe(true);
    expect(compare({ attributionPivot: attribution.map((value) => value * 1.001) })).toBe(false);
    expect(compare({ cmds: [1.01] })).toBe(false);
    expect(compare({ attributionGlobal: attribution.map((value, unit) => (unit === 7 ? 2 * value : value)) })).toBe(
      false,
    );
  });
});

describe("a report's file", () => {
  it("is read as it was written", () => {
    expect(parseReport(JSON.stringify(EXAMPLE), "a.json")).toEqual(EXAMPLE);
  });

  it.each([
    ["a version of the future", { version: 2 }, /version/],
    ["a check of no known status", { checks: [{ ...EXAMPLE.checks[0], status: "fine" }] }, /checks\[0\]\.status/],
    ["a time that is no number", { budget: { seconds: "300", used: 1 } }, /budget\.seconds/],
  ])("is refused with %s", (_, changed, message) => {
    expect(() => parseReport(JSON.stringify({ ...EXAMPLE, ...changed }), "a.json")).toThrow(message);
  });

  it("names the versions that the project has", () => {
    const { version, dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    expect(VERSION).toBe(version);
    expect(ONNXRUNTIME).toBe(`onnxruntime-web ${dependencies["onnxruntime-web"]}`);
    expect(DAWN).toContain(optionalDependencies.webgpu);
  });
});

describe("a report's page", () => {
  const page = reportPage(EXAMPLE);

  it("says what was found, and escapes what a driver or machine says", () => {
    expect(page).toContain("1 of 2 checks passed, 1 failed, 0 were not run.");
    expect(page).toContain("10 (9 to 12.5) tokens/s");
    expect(page).toContain("No time.");
    expect(page).toContain("A &lt;fast&gt; one");
    expect(page).not.toContain("<fast>");
  });

  it("loads nothing and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|https?:|url\(/);
    expect(page).toContain('name="viewport"');
    expect(page).toContain("color-scheme: light dark");
  });

  it("says of a software adapter that it is one", () => {
    const software = reportPage({ ...EXAMPLE, adapter: { ...EXAMPLE.adapter, software: "SwiftShader" } });
    expect(software).toContain("software (SwiftShader)");
  });

  it.each([
    [1234.5, "1,235"],
    [12.345, "12.3"],
    [0.012345, "0.0123"],
    [0, "0"],
  ])("writes %d with three digits", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("writes a single measurement without a range", () => {
    expect(formatSpread(spreadOf([2]))).toBe("2");
  });
});

describe("the tables of docs/performance.md", () => {
  it("have a row for each device, and for each model in each precision that was measured", () => {
    const [devices = "", models = ""] = reportTables([EXAMPLE]).split("\n\n");
    expect(devices.split("\n").slice(2)).toEqual([
      "| Some GPU | linux x64, Node 20, Dawn | 2026-11-30 | 1 passed, 1 failed | 2.5 |",
    ]);
    expect(models.split("\n").slice(2)).toEqual([
      "| Some GPU | bundled model | float32 | – | – | 10 (9 to 12.5) | – |",
    ]);
  });

  it("are those of the reports that the project keeps", () => {
    const document = readFileSync(join(root, DOCUMENT), "utf8");
    const reports = readKeptReports(root);
    expect(reports.length).toBeGreaterThan(0);
    expect(withTables(document, reportTables(reports)), "npm run gpu-report:table writes them").toBe(document);
  });

  it("go between marks only", () => {
    expect(withTables(`a\n${BEGIN}\nold\n${END}\nb`, "new")).toBe(`a\n${BEGIN}\n\nnew\n\n${END}\nb`);
    expect(() => withTables("nothing", "new")).toThrow("has no");
  });
});
