import { describe, expect, it } from "vitest";
import { keptShare, layerRows } from "../layers.ts";
import { nearest } from "../plot/box.ts";
import { frameOf, LARGE, SMALL } from "../testing/fixtures.ts";
import { cmdsStrip, outlinePath, retentionPaths } from "./retention.ts";
import { retentionGeometry, shareY } from "./retention-geometry.ts";
import { layerReadout, retentionSummary, retentionTable } from "./retention-words.ts";

const rows = layerRows(SMALL);

function subpaths(path: string): number {
  return path.split("M").length - 1;
}

describe("layer rows", () => {
  it("puts vision before text, layers in order", () => {
    expect(rows.map((row) => `${row.tower}${row.layer}`)).toEqual(["vision0", "vision1", "text0", "text1", "text2"]);
  });

  it("knows which units belong to a module", () => {
    const first = rows[2]?.mlp;
    expect([first?.start, first?.end]).toEqual([2, 12]);
    expect(keptShare(null, new Uint32Array(0))).toBeNull();
  });
});

describe("retention geometry", () => {
  it.each([344, 640, 1100])("keeps all bars apart and inside the plot at %i pixels", (width) => {
    for (const layout of [SMALL, LARGE]) {
      const geometry = retentionGeometry(layerRows(layout), width);
      geometry.bands.forEach((band, index) => {
        const next = geometry.bands[index + 1];
        expect(band.x).toBeGreaterThanOrEqual(geometry.box.left);
        expect(band.x + band.width).toBeLessThanOrEqual(next ? next.x : geometry.box.right);
      });
    }
  });

  it("draws a pip per group up to eight and a fraction bar beyond", () => {
    const geometry = retentionGeometry(rows, 640);
    expect(geometry.bands.map((band) => [band.pips.length, band.fraction])).toEqual([
      [0, true],
      [0, true],
      [2, false],
      [2, false],
      [2, false],
    ]);
  });

  it("finds the layer under a pixel", () => {
    const geometry = retentionGeometry(rows, 640);
    geometry.bands.forEach((band, index) => {
      expect(nearest(geometry.middles, band.center + 1)).toBe(index);
    });
    expect(nearest(geometry.middles, -100)).toBe(0);
    expect(nearest(retentionGeometry([], 640).middles, 10)).toBeNull();
  });
});

describe("retention paths", () => {
  const geometry = retentionGeometry(rows, 640);

  it("draws a full bar per layer for the dense model and none when all is gone", () => {
    const dense = retentionPaths(
      geometry,
      rows,
      frameOf(SMALL, () => true),
    );
    expect([subpaths(dense.vision), subpaths(dense.text)]).toEqual([2, 3]);
    const height = geometry.box.bottom - geometry.box.top;
    expect(dense.text.match(/v-?[\d.]+/g)).toEqual([`v${height}`, `v${height}`, `v${height}`]);
    const empty = retentionPaths(
      geometry,
      rows,
      frameOf(SMALL, () => false),
    );
    expect([empty.vision, empty.text]).toEqual(["", ""]);
  });

  it("makes a bar as high as the share that is kept", () => {
    const span = rows[3]?.mlp;
    const frame = frameOf(SMALL, (unit) => !!span && unit >= span.start && unit < span.start + 3);
    const { text } = retentionPaths(geometry, rows, frame);
    expect(subpaths(text)).toBe(1);
    expect(Number(text.split(/[M h]/)[2])).toBeCloseTo(shareY(geometry, 0.3), 1);
  });

  it("sorts pips by whether their own group is kept", () => {
    const gone = rows[2]?.attention?.start ?? -1;
    const paths = retentionPaths(
      geometry,
      rows,
      frameOf(SMALL, (unit) => unit !== gone),
    );
    const pip = geometry.bands[2]?.pips[0];
    expect(paths.groupsGone).toContain(`M${pip?.x} ${pip?.y}h`);
    expect(paths.groupsKept).not.toContain(`M${pip?.x} ${pip?.y}h`);
    expect(subpaths(paths.groupsKept)).toBe(5 + 2);
  });
});

describe("the strip of CMDS", () => {
  const geometry = retentionGeometry(rows, 640);
  const cmds = new Float64Array(SMALL.modules.length);
  rows.forEach((row) => {
    if (row.mlp && row.tower === "text") cmds[row.mlp.index] = [0.09, 0.6, 0.3][row.layer] ?? 0;
  });

  it("stands on zero, under the text bars alone, its highest bar filling it", () => {
    const strip = cmdsStrip(geometry, rows, cmds);
    expect(strip?.maximum).toBe(0.6);
    const bars = [...(strip?.bars ?? "").matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)/g)].map((bar) =>
      bar.slice(1).map(Number),
    );
    expect(bars.map(([x]) => x)).toEqual(geometry.bands.slice(2).map(({ x }) => Math.round(x * 100) / 100));
    const { top, bottom } = geometry.strip;
    expect(bars[1]?.[1]).toBe(top);
    expect(bars[2]?.[3]).toBeCloseTo((bottom - top) / 2, 2);
    for (const [, y = 0, , height = 0] of bars) expect(y + height).toBeCloseTo(bottom, 2);
    expect(strip?.without).toBeGreaterThan(geometry.bands[0]?.x ?? 0);
    expect(strip?.without).toBeLessThan(geometry.bands[2]?.x ?? 0);
  });

  it("is absent without text layers, and where nothing is above zero", () => {
    expect(cmdsStrip(geometry, rows.slice(0, 2), cmds)).toBeNull();
    expect(
      cmdsStrip(
        geometry,
        rows,
        cmds.map(() => 0),
      ),
    ).toBeNull();
  });
});

describe("retention in words", () => {
  const span = rows[3]?.mlp;
  const frame = frameOf(SMALL, (unit) => !span || unit < span.start || unit >= span.start + 5);

  it("names extremes, groups and the highest CMDS", () => {
    const cmds = new Float64Array(SMALL.modules.length);
    cmds[rows[4]?.mlp?.index ?? 0] = 0.5;
    expect(retentionSummary(rows, frame, cmds)).toBe(
      "Ratio 0.6\u00a0% asked, 0.6\u00a0% reached. Vision layers keep 100\u00a0% of their MLP neurons in every layer. " +
        "Text layers keep 50\u00a0% (layer 1) to 100\u00a0% (layer 2) of their MLP neurons. " +
        "30 of 30 attention groups and heads are kept. CMDS is highest in text layer 2 (0.50).",
    );
  });

  it("reads one layer out and lists all of them", () => {
    const row = rows[3];
    expect(row && layerReadout(row, frame, null)).toBe(
      "text layer 1: 5 of 10 MLP neurons (50\u00a0%), 2 of 2 attention groups",
    );
    const table = retentionTable(rows, frame, null);
    expect(table.rowCount).toBe(5);
    expect(table.row(3)).toEqual(["text", 1, 5, 10, 0.5, 2, 2, null, null]);
  });
});

describe("second plan", () => {
  const frame = frameOf(SMALL, () => true);
  const second = { name: "Wanda-SP", keptPerModule: frame.keptPerModule.slice() };
  const module = rows[3]?.mlp?.index ?? 0;
  second.keptPerModule[module] = 4;

  it("outlines every bar in one path, as high as the share it keeps", () => {
    const geometry = retentionGeometry(rows, 640);
    const path = outlinePath(geometry, rows, second);
    expect(subpaths(path)).toBe(rows.length);
    const tops = [...path.matchAll(/V([\d.]+)h/g)].map((match) => Number(match[1]));
    expect(tops[0]).toBe(geometry.box.top);
    expect(tops[3]).toBeCloseTo(shareY(geometry, 0.4), 1);
  });

  it("outlines narrow bars by their tops alone", () => {
    const many = layerRows(LARGE);
    const geometry = retentionGeometry(many, 344);
    const path = outlinePath(geometry, many, { name: "x", keptPerModule: frameOf(LARGE, () => true).keptPerModule });
    for (const part of path.split("M").slice(1)) {
      const [foot, top] = [...part.matchAll(/[V ]([\d.]+)/g)].map((match) => match[1]);
      expect(foot).toBe(top);
    }
  });

  it("is named where it differs most, read out and listed", () => {
    expect(retentionSummary(rows, frame, null, second)).toContain(
      "Wanda-SP, outlined, differs most in text layer 1: it keeps 40\u00a0% instead of 100\u00a0%.",
    );
    const row = rows[3];
    expect(row && layerReadout(row, frame, null, second)).toContain(
      "; Wanda-SP keeps 40\u00a0% of the neurons, 2 of 2 groups",
    );
    const table = retentionTable(rows, frame, null, second);
    expect(table.columns.at(-2)?.label).toBe("MLP share kept, Wanda-SP");
    expect(table.row(3).slice(-2)).toEqual([0.4, 2]);
    expect(retentionTable(rows, frame, null).columns).toHaveLength(table.columns.length - 2);
  });
});
