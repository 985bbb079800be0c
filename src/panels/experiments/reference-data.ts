/** From reference results to what the charts of experiments are given. */
import type {
  AblationData,
  CurvesData,
  KlPlacesData,
  MethodsData,
  MetricDescription,
  WindowData,
} from "../../charts/experiments/data.ts";
import type { KlOverlayData } from "../../charts/kl/kl-overlay.ts";
import { methodLook } from "../../charts/plot/looks.ts";
import { metricList } from "../../core/experiments/metrics.ts";
import {
  type MethodCell,
  nearestRatio,
  type ReferenceKl,
  type ReferenceResults,
} from "../../core/experiments/reference.ts";

interface MethodsReference {
  readonly ratio: number;
  readonly overlay: KlOverlayData;
  readonly table: MethodsData;
}

/** All methods at the measured ratio that is nearest to `asked`; null without any. */
export function methodsReference(reference: ReferenceResults, asked: number): MethodsReference | null {
  const ratio = nearestRatio(reference.methods.cells, asked);
  if (ratio === null) return null;
  const rows = reference.methods.series.flatMap((series) => {
    const cell = methodCell(reference, series.id, ratio);
    return cell ? [{ id: series.id, label: series.label, look: methodLook(series.method), cell }] : [];
  });
  return {
    ratio,
    overlay: {
      edges: reference.edges,
      series: rows.map(({ cell, ...name }) => ({ ...name, histogram: histogramOf(cell.kl, reference.edges) })),
    },
    table: {
      ratio,
      metrics: metricList,
      dense: { values: reference.dense },
      rows: rows.map(({ cell, ...name }) => ({ ...name, reached: cell.reached, values: cell.values })),
    },
  };
}

export function curvesReference({ methods, dense }: ReferenceResults, metric: MetricDescription): CurvesData {
  const whole = dense[metric.id] ?? null;
  return {
    metric,
    dense: whole,
    series: methods.series.map(({ id, label, method }) => ({
      ...{ id, label, look: methodLook(method) },
      points: [
        // Every method at 0 is the dense model.
        ...(whole ? [{ ...whole, ratio: 0, reached: 0 }] : []),
        ...methods.cells.flatMap(({ series, ratio, reached, values }) => {
          const found = series === id ? values[metric.id] : undefined;
          return found ? [{ ...found, ratio, reached }] : [];
        }),
      ],
    })),
  };
}

/** The ablations at the measured ratio that is nearest to `asked`; null without any. */
export function ablationsReference(
  { ablations }: ReferenceResults,
  metric: MetricDescription,
  asked: number,
): AblationData | null {
  const ratio = nearestRatio(ablations.cells, asked);
  const [full, ...others] = ablations.series;
  const cell = (id: string) => ablations.cells.find((one) => one.series === id && one.ratio === ratio);
  const whole = full && cell(full.id);
  if (ratio === null || !whole) return null;
  return {
    ratio,
    metric,
    full: { label: full.label, reached: whole.reached, estimate: whole.values[metric.id] ?? null },
    rows: others.flatMap(({ id, label }) => {
      const found = cell(id);
      if (!found) return [];
      const { reached, values, differences, unlike } = found;
      const difference = differences[metric.id] ?? null;
      return [{ id, label, reached, estimate: values[metric.id] ?? null, difference, unlike }];
    }),
  };
}

/** The windows of the wanted size, else the largest there are; null without any. */
export function windowsReference(
  { windows, dense }: ReferenceResults,
  metric: MetricDescription,
  wanted: number,
): WindowData | null {
  const found = windows.find(({ size }) => size === wanted) ?? windows.toSorted((a, b) => b.size - a.size)[0];
  if (!found) return null;
  return {
    metric,
    size: found.size,
    cmds: found.cmds,
    dense: dense[metric.id] ?? null,
    points: found.points.flatMap(({ first, values }) => {
      const point = values[metric.id];
      return point ? [{ ...point, first }] : [];
    }),
  };
}

/** Where a method's KL lies at the measured ratio that is nearest to `asked`; null for a method that was not measured. */
export function placesReference(reference: ReferenceResults, method: string, asked: number): KlPlacesData | null {
  const ratio = nearestRatio(reference.methods.cells, asked);
  const series = reference.methods.series.find(({ id }) => id === method);
  const cell = series && ratio !== null ? methodCell(reference, series.id, ratio) : undefined;
  if (!series || !cell) return null;
  return { method: series.label, ratio: cell.ratio, byDistance: cell.byDistance, byStep: cell.byStep };
}

function methodCell({ methods }: ReferenceResults, id: string, ratio: number): MethodCell | undefined {
  return methods.cells.find((cell) => cell.series === id && cell.ratio === ratio);
}

function histogramOf({ counts, ...summary }: ReferenceKl, edges: readonly number[]) {
  const count = counts.reduce((sum, own) => sum + own, 0);
  const bins = counts.map((own, bin) => ({
    ...{ from: edges[bin] ?? 0, to: edges[bin + 1] ?? 0, count: own },
    share: count === 0 ? 0 : own / count,
  }));
  return { ...summary, count, bins };
}
