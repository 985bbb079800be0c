/** What is kept, written and linked to, and comes back: records, sums, results, reports, tables, links, sessions. */

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseReport } from "../gpu-report/schema.ts";
import { parseKept, serialiseKept } from "../src/cli/kept-sums.ts";
import { csvField } from "../src/core/csv.ts";
import type { ErrorCode } from "../src/core/errors.ts";
import { inFile } from "../src/core/errors.ts";
import { parseResult, serialiseResult } from "../src/core/experiments/result-json.ts";
import { cellWith, recordWith, resultWith, traceWith } from "../src/core/testing/experiments.ts";
import { parseRecord } from "../src/engine/calibrate/calibration-record.ts";
import { sceneOf } from "../src/scenes/scene-rules.ts";
import { decodeScene, encodeScene } from "../src/state/slices/input/scene-link.ts";
import { mutateJson, mutateText } from "./mutate.ts";
import { pick, type Target } from "./run-target.ts";
import { SESSION_TARGETS } from "./session-targets.ts";

const INPUT: readonly ErrorCode[] = ["bad-input", "unsupported"];

const sum = (length: number) => new Float32Array(length).fill(0.5);
const KEPT = serialiseKept({
  version: 1,
  of: {
    weights: "0123456789abcdef".repeat(4),
    precision: "float32",
    parameters: '{"batchSize":2}',
    samples: { count: 4, inputs: "ab".repeat(32), traces: "cd".repeat(32) },
  },
  done: {
    samples: 2,
    batches: 1,
    pivotBatches: 1,
    sums: { pivot: sum(6), tokens: sum(4), terms: sum(8), inputs: sum(3), products: sum(9) },
  },
  traces: [[1, 2, 3], [4], [5, 6], [7]],
});

const RESULT = serialiseResult(
  resultWith([traceWith(0), traceWith(1)], [cellWith("mucrasp@0.4", [recordWith(0, {}), recordWith(1, { kl: 0.5 })])]),
);

const reports = join(resolve(import.meta.dirname, ".."), "docs/gpu-reports");
const REPORTS = readdirSync(reports).map((name) => {
  const report = JSON.parse(readFileSync(join(reports, name), "utf8")) as {
    checks: unknown[];
    measurements: unknown[];
  };
  // Cut, so that most damage hits something that is there once.
  return JSON.stringify({
    ...report,
    checks: report.checks.slice(0, 2),
    measurements: report.measurements.slice(0, 2),
  });
});

const LINK = encodeScene(
  sceneOf(
    [
      { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.18, y: 0.15 },
      { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.5, y: 0.5 },
      { shape: "cone", colour: "yellow", material: "glass", size: "small", x: 0.8, y: 0.85 },
    ],
    "the scene",
  ),
);

/** A field's text as a spreadsheet reads it (RFC 4180). @throws RangeError where it ends within quotes or goes on behind them. */
function readField(field: string): string {
  if (!field.startsWith('"')) {
    if (/[",\r\n]/.test(field)) throw new RangeError(`is two fields: ${field}`);
    return field;
  }
  const inside = /^"((?:[^"]|"")*)"$/.exec(field)?.[1];
  if (inside === undefined) throw new RangeError(`is no quoted field: ${field}`);
  return inside.replaceAll('""', '"');
}

function writeAndRead(text: string): void {
  const shown = readField(csvField(text));
  const formula = /^[=+\-@\t\r]/.test(shown) && Number.isNaN(Number(shown));
  if (formula) throw new RangeError(`would be run: ${shown}`);
  if (shown !== text && shown !== `'${text}`) throw new RangeError(`comes back as ${shown}`);
}

export const KEPT_TARGETS: readonly Target[] = [
  ...SESSION_TARGETS,
  {
    name: "kept-sums",
    share: 40,
    file: /kept\.json/,
    codes: INPUT,
    generate: (random, pool) => mutateJson(random, KEPT, pool),
    parse: (input) => {
      inFile("kept.json", () => parseRecord(parseKept(input, "kept.json")));
    },
  },
  {
    name: "calibration-record",
    share: 20,
    // Kept in no file: who reads it starts anew.
    file: /./,
    codes: INPUT,
    generate: (random, pool) => mutateJson(random, KEPT, pool),
    // As the browser keeps them, which hands back values and no text.
    parse: (input) => {
      const found = readable(input);
      const sums = (found as { done?: { sums?: unknown } } | null)?.done?.sums;
      if (typeof sums === "object" && sums !== null) {
        for (const [name, value] of Object.entries(sums)) {
          if (typeof value === "string") Object.assign(sums, { [name]: new Float32Array(3) });
        }
      }
      parseRecord(found);
    },
  },
  {
    name: "experiment-result",
    share: 30,
    file: /result\.json/,
    codes: [...INPUT, "not-found"],
    generate: (random, pool) => mutateJson(random, RESULT, pool),
    parse: (input) => {
      inFile("result.json", () => parseResult(input));
    },
  },
  {
    name: "gpu-report",
    share: 20,
    file: /report\.json/,
    codes: [...INPUT, "bad-checkpoint"],
    generate: (random, pool) => mutateJson(random, pick(random, REPORTS), pool),
    parse: (input) => {
      parseReport(input, "report.json");
    },
  },
  {
    name: "scene-link",
    share: 20,
    file: /link|scene/,
    codes: INPUT,
    generate: (random) =>
      random.integer(20) === 0 ? LINK : mutateText(random, LINK, ["A", "_", "1", "é", "\u0000", "%"]),
    parse: (input) => {
      decodeScene(input);
    },
  },
  {
    name: "csv-field",
    share: 20,
    file: /./,
    codes: [],
    takesAll: true,
    generate: (random) =>
      mutateText(random, pick(random, ["red cylinder", "-0.5", '"a","b"', "=1+1", "two\nlines"]), [
        ..."=|+|-|@|\t|\r|\n|\"|'|,|;| |''|\"\"|=cmd|'/C calc'!A0|DDE(|\u0000|1e5".split("|"),
      ]),
    parse: writeAndRead,
  },
];

/** What the text holds; texts that are no JSON are kept by no browser. */
function readable(input: string): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return null;
  }
}
