/** The tables of methods and of ablations. */
import { describe, expect, it } from "vitest";
import { toCsv } from "../save/csv.ts";
import { EXACT, estimate, GROUNDING, KL } from "../testing/experiments.ts";
import {
  ablationsSummary,
  ablationsTable,
  BAR_WIDTH,
  differenceBar,
  differenceReach,
  differenceText,
  samePlansText,
  unlikeText,
} from "./ablations.ts";
import type { AblationData, MethodsData } from "./data.ts";
import { bestRows, methodsSummary, methodsTable, nextSort, sortRows } from "./methods-table.ts";
import { MUCRASP_FIGURES } from "./paper.ts";

const row = (id: string, grounding: number, kl: number | null) => ({
  id,
  label: id,
  look: 0 as const,
  reached: 0.3,
  values: { grounding: estimate(grounding), kl: kl === null ? null : estimate(kl) },
});
const methods: MethodsData = {
  ratio: 0.3,
  metrics: [GROUNDING, KL],
  dense: { values: { grounding: estimate(10), kl: estimate(0) } },
  rows: [row("a", 5, 2), row("b", 7.001, null), row("c", 6.999, 1)],
};

describe("methods", () => {
  const order = (sort: Parameters<typeof sortRows>[1]) => sortRows(methods, sort).map(({ id }) => id);

  it("marks the best of each metric, and whom the intervals do not tell from it, without the dense model", () => {
    expect([...(bestRows(methods).get("grounding") ?? [])]).toEqual(["b", "c"]);
    expect([...(bestRows(methods).get("kl") ?? [])]).toEqual(["c"]);
  });

  it("sorts by a metric in its direction, what is not measured last", () => {
    expect(order(null)).toEqual(["a", "b", "c"]);
    expect(order({ metric: "grounding", best: "first" })).toEqual(["b", "c", "a"]);
    expect(order({ metric: "kl", best: "first" })).toEqual(["c", "a", "b"]);
    expect(order({ metric: "kl", best: "last" })).toEqual(["a", "c", "b"]);
  });

  it("turns through best first, best last, as given", () => {
    const first = nextSort(null, "kl");
    const second = nextSort(first, "kl");
    expect([first?.best, second?.best, nextSort(second, "kl")]).toEqual(["first", "last", null]);
    expect(nextSort(second, "grounding")).toEqual({ metric: "grounding", best: "first" });
  });

  it("says who is best, and saves everything", () => {
    expect(methodsSummary(methods)).toBe("Best at 30\u00a0%: Grounding: b, c (7.00); Mean KL: c (1.00).");
    const unequal = {
      ...methods,
      rows: [...methods.rows, { ...row("d", 9, 0.1), reached: 0.27 }, { ...row("e", 8, 0.4), reached: 0.272 }],
    };
    expect(methodsSummary(unequal)).toBe(
      "Best at 30\u00a0%, of 2 that reached 27.0\u00a0%: Grounding: d (9.00); Mean KL: d (0.100). " +
        "Best at 30\u00a0%, of 3 that reached 30.0\u00a0%: Grounding: b, c (7.00); Mean KL: c (1.00).",
    );
    const csv = toCsv(methodsTable(methods)).split("\r\n");
    expect(csv[1]).toMatch(/^dense,0,10,9\.9,10\.1,600,0,/);
    expect(csv[3]).toMatch(/^b,0\.3,7\.001,6\.901\d*,7\.101,600,,,,$/);
  });

  it("names the paper's figures as the paper's", () => {
    expect(MUCRASP_FIGURES.source).toContain("2605.25842");
    expect(MUCRASP_FIGURES.rows.find(({ label }) => label === "Attribution")?.values).toEqual([1.33, 10.51]);
    expect(MUCRASP_FIGURES.rows.find(({ label }) => label === "FLAP")?.values).toEqual([0.3, 4.11]);
  });
});

describe("ablations", () => {
  const data: AblationData = {
    ratio: 0.4,
    metric: GROUNDING,
    full: { label: "µCRASP", reached: 0.399, estimate: estimate(8) },
    rows: [
      {
        id: "cmds",
        label: "no CMDS",
        reached: 0.4,
        estimate: estimate(6),
        difference: estimate(-2, 0.5),
        unlike: 0.25,
      },
      {
        id: "w4",
        label: "W = 4",
        reached: 0.4,
        estimate: estimate(8.1),
        difference: estimate(0.1, 0.3),
        unlike: 0.00001,
      },
      { id: "later", label: "later", reached: 0.4, estimate: null, difference: null, unlike: null },
    ],
  };

  it("calls nothing better or worse that removed another share", () => {
    const uniform = {
      id: "uniform",
      label: "uniform",
      reached: 0.372,
      estimate: estimate(9),
      difference: estimate(1, 0.2),
      unlike: 0.4,
    };
    const words = ablationsSummary({ ...data, rows: [...data.rows, uniform] });
    expect(words).toContain("no CMDS −2.00 (−2.50 to −1.50), worse;");
    expect(words).toContain("uniform +1.00 (+0.80 to +1.20), other ratio reached.");
  });

  it("calls a plan that removes the very same units the same plan, and says how many units differ in others", () => {
    const same = {
      id: "w8",
      label: "W = 8",
      reached: 0.4,
      estimate: estimate(8),
      difference: estimate(0, 0),
      unlike: 0,
    };
    const more = { ...data, rows: [...data.rows, same] };
    expect(ablationsSummary(more)).toContain("later not measured; W = 8 the same plan.");
    expect(samePlansText(more)).toBe("The same plan as µCRASP, so the same model: W = 8.");
    expect(samePlansText(data)).toBe("");
    expect(
      toCsv(ablationsTable(more))
        .split("\r\n")
        .slice(2, 6)
        .map((line) => line.split(",").slice(-2)),
    ).toEqual([
      ["worse", "0.25"],
      ["no clear difference", "0.00001"],
      ["", ""],
      ["the same plan", "0"],
    ]);
    expect([0.25, 0.00036, 0.00001, 0, null].map(unlikeText)).toEqual([
      ...["25.00\u00a0%", "0.04\u00a0%", "< 0.01\u00a0%", "none", "–"],
    ]);
  });

  it("draws from the middle to the side of the sign, all on one scale", () => {
    const reach = differenceReach(data.rows);
    expect(reach).toBe(2.5);
    const left = /^M([\d.]+) [\d.]+h([\d.]+)/.exec(differenceBar(estimate(-2, 0.5), reach).bar);
    expect(Number(left?.[1]) + Number(left?.[2])).toBeCloseTo(BAR_WIDTH / 2);
    expect(Number(left?.[2])).toBeCloseTo((2 / 2.5) * (BAR_WIDTH / 2 - 4), 1);
    expect(differenceBar(estimate(2, 0.5), reach).bar.startsWith(`M${BAR_WIDTH / 2} `)).toBe(true);
    expect(differenceBar(estimate(0, 0), 0).bar).not.toContain("NaN");
  });

  it("says what each is worth", () => {
    expect(differenceText(EXACT, estimate(-0.05, 0.02))).toBe("−5.0 (−7.0 to −3.0)");
    expect(ablationsSummary(data)).toBe(
      "Grounding (0–10, higher is better) at 40\u00a0%: µCRASP 8.00. Differences: " +
        "no CMDS −2.00 (−2.50 to −1.50), worse; W = 4 +0.10 (−0.20 to +0.40), no clear difference; later not measured.",
    );
  });

  it("saves the full method first and leaves open what is not measured", () => {
    const csv = toCsv(ablationsTable(data)).split("\r\n");
    expect(csv[1]).toMatch(/^µCRASP,0\.399,8,/);
    expect(csv[2]).toMatch(/,-2,-2\.5,-1\.5,worse,0\.25$/);
    expect(csv[4]).toBe("later,0.4,,,,,,,,,");
  });
});
