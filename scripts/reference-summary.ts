/** Results of experiments, as `sweep` writes them → what is shipped of them. */
import { klEdges } from "../src/charts/kl/kl-axis.ts";
import { seriesCellId } from "../src/core/experiments/cells.ts";
import { cellResult, estimate, estimateDifference, klValues, recordsOf } from "../src/core/experiments/estimate.ts";
import type { CellResult, Estimate, ExperimentResult, SampleRecord } from "../src/core/experiments/experiment.ts";
import { klByDistance, klByStep } from "../src/core/experiments/kl-places.ts";
import { metricList } from "../src/core/experiments/metrics.ts";
import type {
  ReferenceKl,
  ReferenceOrigin,
  ReferencePlace,
  ReferenceResults,
  ReferenceSeries,
  ReferenceValues,
  ReferenceWindows,
} from "../src/core/experiments/reference.ts";
import { histogram, summariseDistribution } from "../src/core/metrics/distribution.ts";

export interface Measured {
  readonly methods: ExperimentResult;
  readonly ablations: ExperimentResult;
  readonly windows: readonly ExperimentResult[];
}

/**
 * @throws Error for results that are not finished, or not of one model and as many samples.
 */
export function summarise(
  { methods, ablations, windows }: Measured,
  {
    label,
    version,
    calibration,
    ablationCalibration,
  }: Pick<ReferenceOrigin, "label" | "version" | "calibration" | "ablationCalibration">,
): ReferenceResults {
  const all = [methods, ablations, ...windows];
  for (const { model, samples, cells } of all) {
    if (model.weightHash !== methods.model.weightHash || samples !== methods.samples) {
      throw new Error("The results are not of one model and as many samples.");
    }
    const open = cells.find(({ records }) => records.length < samples);
    if (open) throw new Error(`${open.cell.id} has not been measured on all samples.`);
  }
  const edges = klEdges(0);
  const { model, samples } = methods;
  const devices = new Set(all.map((result) => result.model.backend));
  return {
    origin: {
      ...{ model: model.name, label, weightHash: model.weightHash, device: [...devices].join(", "), version, samples },
      ...{ calibration, ablationCalibration },
    },
    edges,
    dense: valuesOf(recordsOf(methods, "dense", null)),
    methods: {
      series: seriesOf(methods),
      cells: cellsOf(methods).map(({ series, ratio, found }) => ({
        ...{ series, ratio, reached: found.cell.reachedRatio, values: valuesOf(found.records) },
        kl: klOf(klValues(found), edges),
        byDistance: klByDistance(methods, found.cell.id).map(placeOf),
        byStep: klByStep(methods, found.cell.id).map(placeOf),
      })),
    },
    ablations: {
      series: seriesOf(ablations),
      cells: cellsOf(ablations).map(({ series, ratio, found }) => {
        const full = cellResult(ablations, seriesCellId(seriesOf(ablations)[0]?.id ?? "", ratio));
        const isFull = found === full;
        return {
          ...{ series, ratio, reached: found.cell.reachedRatio, values: valuesOf(found.records) },
          unlike: found.cell.unlikeFirst ?? null,
          differences: isFull ? {} : differencesOf(found.records, full?.records ?? []),
        };
      }),
    },
    windows: windows.map(windowsOf),
  };
}

function seriesOf({ description }: ExperimentResult): readonly ReferenceSeries[] {
  return description.kind === "sweep" ? description.series.map(({ id, label, method }) => ({ id, label, method })) : [];
}

/** Cells above ratio 0, where every series is the dense model. */
function cellsOf(result: ExperimentResult) {
  const { description } = result;
  if (description.kind !== "sweep") return [];
  return description.series.flatMap(({ id }) =>
    description.ratios.flatMap((ratio): { series: string; ratio: number; found: CellResult }[] => {
      const found = ratio > 0 ? cellResult(result, seriesCellId(id, ratio)) : null;
      return found ? [{ series: id, ratio, found }] : [];
    }),
  );
}

function valuesOf(records: readonly SampleRecord[]): ReferenceValues {
  return known(metricList.map(({ id }) => [id, estimate(records, id)] as const));
}

function differencesOf(records: readonly SampleRecord[], full: readonly SampleRecord[]): ReferenceValues {
  return known(metricList.map(({ id }) => [id, estimateDifference(records, full, id)] as const));
}

function known(pairs: readonly (readonly [string, Estimate])[]): ReferenceValues {
  return Object.fromEntries(pairs.filter(([, { count, mean }]) => count > 0 && Number.isFinite(mean)));
}

function klOf(values: Float32Array, edges: readonly number[]): ReferenceKl {
  const { count: _, notFinite, ...summary } = summariseDistribution(values);
  return { ...summary, notFinite, counts: histogram(values, edges).map(({ count }) => count) };
}

function placeOf({ label, tokens, mean, low, high, count }: ReferencePlace): ReferencePlace {
  return { label, tokens, mean, low, high, count };
}

function windowsOf(result: ExperimentResult): ReferenceWindows {
  const { description, cmds, cells } = result;
  return {
    size: description.kind === "windows" ? description.size : 0,
    cmds,
    points: cells.flatMap(({ cell, records }) =>
      cell.id === "dense" ? [] : [{ first: cell.place, values: valuesOf(records) }],
    ),
  };
}
