import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { budgetOf } from "../budget/budget.ts";
import { formatCount, formatNats, formatParameters, formatScore, formatShare, visibleText } from "../format.ts";
import { toCsv } from "../save/csv.ts";
import { fileName } from "../save/file-name.ts";
import { frameOf, SMALL } from "../testing/fixtures.ts";
import { type Cell, cellText, tableOf } from "./table.ts";

/** A small reader of RFC 4180, for the round trip. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") rows.push([]);
    if (match[3] === "") break;
  }
  return rows.slice(0, -1);
}

describe("CSV", () => {
  it("keeps every text whatever is in it", () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', ",", "\n", " a ", "\r\n", "=1+1", ""));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const columns = [
          { label: "a, b", kind: "text" as const },
          { label: "c", kind: "text" as const },
        ];
        const read = readCsv(toCsv(tableOf(columns, rows)));
        // The apostrophe before what a spreadsheet would run is the one thing that is added.
        const kept = read.map((row) => row.map((text) => (/^'[=+\-@\t\r]/.test(text) ? text.slice(1) : text)));
        expect(kept).toEqual([
          ["a, b", "c"],
          ...rows.map((row) => row.map((text) => text.replace(/^'(?=[=+\-@\t\r])/, ""))),
        ]);
      }),
    );
  });

  it("writes numbers in full and absent values as nothing", () => {
    const table = tableOf([{ label: "x", kind: "number", format: () => "shown" }], [[0.1234567890123], [null]]);
    expect(toCsv(table)).toBe("x\r\n0.1234567890123\r\n\r\n");
  });

  it("names its file after what is inside", () => {
    const name = (title: string, model: string, method: string, ratio: number | string) =>
      fileName({ title, model, method, ratio }, "csv");
    expect(name("Retention by layer", "SmolVLM-256M", "µCRASP", 0.38)).toBe(
      "smolvlm-256m-mucrasp-38pct-retention-by-layer.csv",
    );
    expect(name("Curves", "tiny", "7 methods", "0–70\u00a0%")).toBe("tiny-7-methods-0-70-pct-curves.csv");
    expect(name("This picture's curve", "tiny", "FLAP", "9 ratios")).toBe("tiny-flap-9-ratios-this-pictures-curve.csv");
    expect(name("KL", "org/name", "Wanda-SP", 0.125)).toBe("org-name-wanda-sp-12.5pct-kl.csv");
    expect(name("T", "../../etc/passwd <b>", "", "")).toBe("etc-passwd-b-t.csv");
    expect(name("T", "x".repeat(300), "m", 0)).toBe(`${"x".repeat(60)}-m-0pct-t.csv`);
  });
});

describe("table cells", () => {
  it.each<[Cell | undefined, string]>([
    [null, "–"],
    [undefined, "–"],
    ["", ""],
    [0.5, "0.50"],
    [Number.NaN, "not a number"],
  ])("prints %s as %s", (cell, text) => {
    expect(cellText(cell, { label: "x", kind: "number", format: (value) => value.toFixed(2) })).toBe(text);
  });
});

describe("numbers", () => {
  it("prints shares, counts and parameters", () => {
    expect([formatShare(0.379), formatShare(0.3794, 1), formatShare(Number.NaN)]).toEqual([
      "38\u00a0%",
      "37.9\u00a0%",
      "–",
    ]);
    expect(formatCount(46080)).toBe("46,080");
    expect([999, 1240, 1_240_000, 2e9].map(formatParameters)).toEqual([
      "999",
      "1.2\u00a0k",
      "1.24\u00a0M",
      "2.00\u00a0B",
    ]);
  });

  it("prints nats over six decades", () => {
    expect([0, -1e-9, 5e-5, 0.00123, 0.0923, 1.5, 12.34, Number.NaN].map(formatNats)).toEqual([
      "0",
      "0",
      "<\u00a00.0001",
      "0.0012",
      "0.092",
      "1.50",
      "12.3",
      "not finite",
    ]);
  });

  it("prints scores of any size", () => {
    expect([0, 0.00001234, 1.23456, 123456].map(formatScore)).toEqual(["0", "1.23e-5", "1.23", "1.23e+5"]);
  });

  it("shows invisible characters", () => {
    expect(["\n\n", "\ta", ""].map(visibleText)).toEqual(["↵↵", "⇥a", "∅"]);
  });
});

describe("budget", () => {
  it("keeps units and parameters apart", () => {
    const frame = frameOf(SMALL, (unit) => unit >= 12);
    const { figures, note } = budgetOf(SMALL, frame);
    expect(figures.map((figure) => [figure.name, figure.value, figure.of])).toEqual([
      ["asked", "7.5\u00a0%", ""],
      ["reached", "7.5\u00a0%", ""],
      ["units kept", "60", "72"],
      ["structural parameters kept", "23.4\u00a0k", "25.3\u00a0k"],
      ["removed of all parameters", "3.8\u00a0%", "50.5\u00a0k"],
    ]);
    expect(note).toBe("");
  });

  it("says so when the modules' minimums stop the pruning", () => {
    const frame = frameOf(SMALL, (unit) => unit >= 12);
    expect(budgetOf(SMALL, { ...frame, askedRatio: 0.7 }).note).toContain("every module keeps");
    expect(budgetOf(SMALL, { ...frame, askedRatio: frame.reachedRatio + 0.001 }).note).toBe("");
  });
});
