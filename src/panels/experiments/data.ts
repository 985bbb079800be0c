/** From what an experiment measured to what its charts are given. */
import type {
  AblationData,
  Curve,
  CurvesData,
  KlPlacesData,
  KlValues,
  LayerView,
  MethodsData,
  WindowData,
} from "../../charts/experiments/data.ts";
import { methodLook } from "../../charts/plot/looks.ts";
import { invariant } from "../../core/errors.ts";
import { seriesCellId } from "../../core/experiments/cells.ts";
import { cellResult, estimate, estimateDifference, klValues, recordsOf } from "../../core/experiments/estimate.ts";
import type { CellResult, Estimate, ExperimentResult, SampleRecord } from "../../core/experiments/experiment.ts";
import { klByDistance, klByStep } from "../../core/experiments/kl-places.ts";
import { type MetricDescription, metricList } from "../../core/experiments/metrics.ts";
import type { LayerViews } from "../../core/signals/layer-views.ts";
import { plural } from "../../core/words.ts";

/** Shown until another one is chosen: it needs no words of the pruned models. */
const FIRST_METRIC = "kl";

/** The metrics that this experiment has: without the models' own words only what is teacher-forced. */
export function metricsOf(generate: boolean): readonly MetricDescription[] {
  return generate ? metricList : metricList.filter(({ generated }) => !generated);
}

/** The chosen metric, or the first one that there is. */
export function chosenMetric(id: string, generate: boolean): MetricDescription {
  const offered = metricsOf(generate);
  const found = offered.find((metric) => metric.id === id) ?? offered.find((metric) => metric.id === FIRST_METRIC);
  invariant(found, "There is no metric to show.");
  return found;
}

/** Samples times models that have been measured. */
export function samplesDone(result: ExperimentResult): number {
  return result.cells.reduce((sum, { records }) => sum + records.length, 0);
}

export function curvesData(result: ExperimentResult, metric: MetricDescription, family: string | null): CurvesData {
  return {
    metric,
    series: result.description.kind === "sweep" ? result.description.series.map(curve) : [],
    dense: estimateOf(recordsOf(result, "dense", family), metric),
  };

  function curve({ id, label, method }: { id: string; label: string; method: string }): Curve {
    const points = result.cells
      .filter(({ cell }) => cell.series === id)
      .flatMap(({ cell }) => {
        const found = estimateOf(recordsOf(result, cell.id, family), metric);
        return found ? [{ ...found, ratio: cell.place, reached: cell.reachedRatio }] : [];
      });
    return { id, label, look: methodLook(method), points };
  }
}

/** All metrics of all methods at the first ratio of a sweep. */
export function methodsData(result: ExperimentResult): MethodsData {
  const metrics = metricsOf(result.description.generate);
  const values = (records: readonly SampleRecord[]) =>
    Object.fromEntries(metrics.map((metric) => [metric.id, estimateOf(records, metric)]));
  const dense = recordsOf(result, "dense", null);
  return {
    ratio: ratioOf(result),
    metrics,
    dense: dense.length > 0 ? { values: values(dense) } : null,
    rows: seriesOf(result).flatMap(({ id, label, method }) => {
      const found = cellOf(result, id);
      if (!found) return [];
      return [{ id, label, look: methodLook(method), reached: found.cell.reachedRatio, values: values(found.records) }];
    }),
  };
}

/** KL of every trace token, for each method at the first ratio. */
export function klSeries(result: ExperimentResult): readonly KlValues[] {
  return seriesOf(result).flatMap(({ id, label, method }) => {
    const found = cellOf(result, id);
    return found && found.records.length > 0 ? [{ id, label, look: methodLook(method), values: klValues(found) }] : [];
  });
}

/** Every series but the first against the first. */
export function ablationData(result: ExperimentResult, metric: MetricDescription): AblationData {
  const [full, ...others] = seriesOf(result);
  const records = (id: string | undefined) => (id === undefined ? [] : (cellOf(result, id)?.records ?? []));
  const reached = (id: string | undefined) => (id === undefined ? 0 : (cellOf(result, id)?.cell.reachedRatio ?? 0));
  return {
    ratio: ratioOf(result),
    metric,
    full: {
      label: full?.label ?? "full method",
      reached: reached(full?.id),
      estimate: estimateOf(records(full?.id), metric),
    },
    rows: others.map(({ id, label }) => ({
      id,
      label,
      reached: reached(id),
      estimate: estimateOf(records(id), metric),
      difference: orNull(estimateDifference(records(id), records(full?.id), metric.id)),
      unlike: cellOf(result, id)?.cell.unlikeFirst ?? null,
    })),
  };
}

export function windowData(result: ExperimentResult, metric: MetricDescription): WindowData {
  return {
    metric,
    size: result.description.kind === "windows" ? result.description.size : 0,
    points: result.cells.flatMap(({ cell, records }) => {
      const found = cell.id === "dense" ? null : estimateOf(records, metric);
      return found ? [{ ...found, first: cell.place }] : [];
    }),
    cmds: result.cmds,
    dense: estimateOf(recordsOf(result, "dense", null), metric),
  };
}

/** Where a method's KL lies at the first ratio of a sweep; null while it has not been measured. */
export function placesData(result: ExperimentResult, seriesId: string): KlPlacesData | null {
  const series = seriesOf(result).find(({ id }) => id === seriesId);
  const found = series && cellOf(result, series.id);
  if (!found || found.records.length === 0) return null;
  return {
    method: series.label,
    ratio: ratioOf(result),
    byDistance: klByDistance(result, found.cell.id),
    byStep: klByStep(result, found.cell.id),
  };
}

export function layerViewData({ layers, samples, outlierFactor }: LayerViews): readonly LayerView[] {
  const measured = `over ${plural(samples, "sample")} of the calibration set`;
  const values = (read: (layer: LayerViews["layers"][number]) => number | null) =>
    layers.map((layer) => ({ tower: layer.tower, layer: layer.layer, value: read(layer) }));
  return [
    {
      id: "block-influence",
      label: "Block influence",
      explanation: "How much a layer turns what passes through it; 0 is a layer that changes nothing.",
      formula: {
        expression: "BI = 1 − mean over tokens of cos(x before the layer, x after it)",
        withNumbers: measured,
        source: "ShortGPT, arXiv 2403.03853",
      },
      kind: "number",
      values: values(({ blockInfluence }) => blockInfluence),
    },
    {
      id: "outlier-share",
      label: "Outlier share",
      explanation: "How much of a layer sits in a few very strong weights (outlier distribution).",
      formula: {
        expression: "share of |W|·‖x‖ above M times the layer's mean",
        withNumbers: `M = ${outlierFactor}, ${measured}`,
        source: "OWL, arXiv 2310.05175",
      },
      kind: "share",
      values: values(({ outlierShare }) => outlierShare),
    },
    {
      id: "token-density",
      label: "Token density",
      explanation: "How varied the layer's tokens are within and between picture and text; low is repetitive.",
      formula: {
        expression: "density of visual and text tokens from their cosines, 0 to 4",
        withNumbers: measured,
        source: "TAMP, arXiv 2504.09897",
      },
      kind: "number",
      values: values(({ tampDensity }) => tampDensity),
    },
  ];
}

/** The ratio of a sweep over one. */
export function ratioOf({ description }: ExperimentResult): number {
  return description.kind === "sweep" ? (description.ratios[0] ?? 0) : 0;
}

function seriesOf({ description }: ExperimentResult) {
  return description.kind === "sweep" ? description.series : [];
}

function cellOf(result: ExperimentResult, seriesId: string): CellResult | null {
  return cellResult(result, seriesCellId(seriesId, ratioOf(result)));
}

function estimateOf(records: readonly SampleRecord[], metric: MetricDescription): Estimate | null {
  return records.length > 0 ? orNull(estimate(records, metric.id)) : null;
}

function orNull(found: Estimate): Estimate | null {
  return found.count > 0 ? found : null;
}
