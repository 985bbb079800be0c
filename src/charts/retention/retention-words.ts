/** Words and table of the retention chart. */
import type { FrameData } from "../../core/frame-data.ts";
import { TOWERS_AS_READ } from "../../core/unit.ts";
import { formatCount, formatShare, layerName } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { keptShare, type LayerRow, spanSize } from "../layers.ts";
import type { SecondPlan } from "./retention.ts";

/** Totals of one kind of unit. */
export function keptTotals(
  rows: readonly LayerRow[],
  kind: "attention" | "mlp",
  keptPerModule: Uint32Array,
): { readonly kept: number; readonly all: number } {
  let kept = 0;
  let all = 0;
  for (const row of rows) {
    const span = row[kind];
    if (!span) continue;
    kept += keptPerModule[span.index] ?? 0;
    all += spanSize(span);
  }
  return { kept, all };
}

/** What the chart shows, as sentences for people who do not see it. */
export function retentionSummary(
  rows: readonly LayerRow[],
  frame: FrameData,
  cmds: Float64Array | null,
  second: SecondPlan | null = null,
): string {
  const sentences = [`Ratio ${formatShare(frame.askedRatio, 1)} asked, ${formatShare(frame.reachedRatio, 1)} reached.`];
  for (const tower of TOWERS_AS_READ) {
    const shares = rows
      .filter((row) => row.tower === tower)
      .flatMap((row) => {
        const share = keptShare(row.mlp, frame.keptPerModule);
        return share === null ? [] : [{ layer: row.layer, share }];
      })
      .sort((a, b) => a.share - b.share);
    const least = shares[0];
    const most = shares[shares.length - 1];
    if (!least || !most) continue;
    const extent =
      least.share === most.share
        ? `keep ${formatShare(most.share)} of their MLP neurons in every layer`
        : `keep ${formatShare(least.share)} (layer ${least.layer}) to ${formatShare(most.share)} (layer ${most.layer}) of their MLP neurons`;
    sentences.push(`${tower === "vision" ? "Vision" : "Text"} layers ${extent}.`);
  }
  const groups = keptTotals(rows, "attention", frame.keptPerModule);
  if (groups.all > 0) {
    sentences.push(`${formatCount(groups.kept)} of ${formatCount(groups.all)} attention groups and heads are kept.`);
  }
  const peak = cmds ? peakOf(rows, cmds) : null;
  if (peak) sentences.push(`CMDS is highest in text layer ${peak.layer} (${peak.value.toFixed(2)}).`);
  const apart = second ? furthestApart(rows, frame.keptPerModule, second.keptPerModule) : null;
  if (second && apart) {
    sentences.push(
      `${second.name}, outlined, differs most in ${layerName(apart.tower, apart.layer)}: it keeps ${formatShare(apart.second)} instead of ${formatShare(apart.first)}.`,
    );
  }
  return sentences.join(" ");
}

function furthestApart(rows: readonly LayerRow[], first: Uint32Array, second: Uint32Array) {
  let apart: (Pick<LayerRow, "tower" | "layer"> & { first: number; second: number }) | null = null;
  for (const { tower, layer, mlp } of rows) {
    const shares = { first: keptShare(mlp, first), second: keptShare(mlp, second) };
    if (shares.first === null || shares.second === null) continue;
    const own = { tower, layer, first: shares.first, second: shares.second };
    if (!apart || Math.abs(own.first - own.second) > Math.abs(apart.first - apart.second)) apart = own;
  }
  return apart;
}

function peakOf(rows: readonly LayerRow[], cmds: Float64Array): { layer: number; value: number } | null {
  let peak: { layer: number; value: number } | null = null;
  for (const row of rows) {
    if (row.tower !== "text" || !row.mlp) continue;
    const value = cmds[row.mlp.index] ?? Number.NaN;
    if (Number.isFinite(value) && value > (peak?.value ?? Number.NEGATIVE_INFINITY)) peak = { layer: row.layer, value };
  }
  return peak;
}

/** One layer in words, as the line under the chart reads it out. */
export function layerReadout(
  row: LayerRow,
  frame: FrameData,
  cmds: Float64Array | null,
  second: SecondPlan | null = null,
): string {
  const parts: string[] = [];
  const share = keptShare(row.mlp, frame.keptPerModule);
  if (row.mlp && share !== null) {
    const kept = formatCount(frame.keptPerModule[row.mlp.index] ?? 0);
    parts.push(`${kept} of ${formatCount(spanSize(row.mlp))} MLP neurons (${formatShare(share)})`);
  }
  if (row.attention) {
    const noun = row.tower === "vision" ? "attention heads" : "attention groups";
    parts.push(`${frame.keptPerModule[row.attention.index] ?? 0} of ${spanSize(row.attention)} ${noun}`);
  }
  if (cmds && row.tower === "text" && row.mlp) parts.push(`CMDS ${(cmds[row.mlp.index] ?? 0).toFixed(3)}`);
  const other = second ? `; ${second.name} ${secondReadout(row, second)}` : "";
  return `${layerName(row.tower, row.layer)}: ${parts.join(", ")}${other}`;
}

/** "keeps 40 % of the neurons, 2 of 3 groups". */
function secondReadout({ mlp, attention }: LayerRow, { keptPerModule }: SecondPlan): string {
  const share = keptShare(mlp, keptPerModule);
  const parts = [
    ...(share === null ? [] : [`${formatShare(share)} of the neurons`]),
    ...(attention ? [`${keptPerModule[attention.index] ?? 0} of ${spanSize(attention)} groups`] : []),
  ];
  return `keeps ${parts.join(", ")}`;
}

/** One row per layer: units kept and there, of both modules, with their CMDS, and what a second plan keeps. */
export function retentionTable(
  rows: readonly LayerRow[],
  frame: FrameData,
  cmds: Float64Array | null,
  second: SecondPlan | null = null,
): ChartTable {
  const share = (value: number) => formatShare(value, 1);
  const three = (value: number) => value.toFixed(3);
  return tableOf(
    [
      { label: "Tower", kind: "text" },
      { label: "Layer", kind: "number" },
      { label: "MLP neurons kept", kind: "number", format: formatCount },
      { label: "MLP neurons", kind: "number", format: formatCount },
      { label: "MLP share kept", kind: "number", format: share },
      { label: "Attention groups kept", kind: "number" },
      { label: "Attention groups", kind: "number" },
      { label: "CMDS, MLP", kind: "number", format: three },
      { label: "CMDS, attention", kind: "number", format: three },
      ...(second
        ? [
            { label: `MLP share kept, ${second.name}`, kind: "number" as const, format: share },
            { label: `Attention groups kept, ${second.name}`, kind: "number" as const },
          ]
        : []),
    ],
    rows.map((row) => [
      row.tower,
      row.layer,
      row.mlp ? (frame.keptPerModule[row.mlp.index] ?? 0) : null,
      row.mlp ? spanSize(row.mlp) : null,
      keptShare(row.mlp, frame.keptPerModule),
      row.attention ? (frame.keptPerModule[row.attention.index] ?? 0) : null,
      row.attention ? spanSize(row.attention) : null,
      cmds && row.mlp && row.tower === "text" ? (cmds[row.mlp.index] ?? null) : null,
      cmds && row.attention && row.tower === "text" ? (cmds[row.attention.index] ?? null) : null,
      ...(second
        ? [
            keptShare(row.mlp, second.keptPerModule),
            row.attention ? (second.keptPerModule[row.attention.index] ?? 0) : null,
          ]
        : []),
    ]),
  );
}
