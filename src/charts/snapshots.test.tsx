/**
 * A picture of every chart, kept beside it in __snapshots__ as an SVG file that a browser opens. What a change does to a
 * chart is then seen in its diff. `npx vitest run --project unit src/charts -u` writes them anew; look at what it changed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { CASES } from "./testing/cases.tsx";
import { snapshotOf } from "./testing/snapshot.ts";

const HERE = import.meta.dirname;
/** Drawn by recharts, which draws nothing without a page: recharts-snapshot.test.tsx. */
const BY_RECHARTS = ["CurvesChart"];

const paths = readdirSync(HERE, { recursive: true, encoding: "utf8" });
const components = paths.filter((path) => path.endsWith(".tsx") && !/test|testing/.test(path));
/** A chart stands in the frame; the budget line is one without. */
const charts = components.filter((path) => {
  return /frame\/ChartFrame\.tsx"/.test(readFileSync(join(HERE, path), "utf8")) || path.endsWith("BudgetLine.tsx");
});
const nameOf = (path: string) => basename(path, ".tsx");

it("has a picture of every chart, and none of anything else", () => {
  const names = charts.map(nameOf).sort();
  expect([...Object.keys(CASES), ...BY_RECHARTS].sort()).toEqual(names);
  const kept = paths.filter((path) => path.endsWith(".svg"));
  expect(kept.map((path) => basename(path, ".svg")).sort()).toEqual(names);
});

it("shows them with every stylesheet of charts", () => {
  const listed = readFileSync(join(HERE, "testing/snapshots.css"), "utf8");
  for (const path of paths.filter((name) => name.endsWith(".css") && !name.startsWith("testing"))) {
    expect(listed).toContain(`@import "../${path.replaceAll("\\", "/")}";`);
  }
});

describe("looks as it is kept", () => {
  it.each(charts.filter((path) => nameOf(path) in CASES))("%s", async (path) => {
    const { chart, part, picture } = CASES[nameOf(path)] ?? { chart: null, part: "text" as const };
    const html = renderToStaticMarkup(chart);
    const file = join(HERE, dirname(path), "__snapshots__", `${nameOf(path)}.svg`);
    await expect(snapshotOf({ html, part, picture, folder: dirname(file) })).toMatchFileSnapshot(file);
  });
});
