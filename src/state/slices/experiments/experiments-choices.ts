/** What people choose about experiments, and the description that follows from it. */
import type { ExperimentDescription } from "../../../core/experiments/experiment.ts";
import { SCORES_VERSION } from "../../../core/experiments/scores.ts";
import { ablationSeries, DEFAULT_RATIOS, methodSeries } from "../../../core/experiments/series.ts";
import type { UnitLayout } from "../../../core/unit.ts";
import type { WorkbenchState } from "../../shape.ts";
import { ownKey } from "../calibration.ts";
import { isRecord, runName } from "../model/model.ts";
import type { TabName } from "../preferences-state.ts";
import { calibrationParameters } from "../pruning/method.ts";
import { EXPERIMENT_NAMES, type ExperimentChoices, type ExperimentName, initialChoices } from "./experiments-state.ts";

/** The experiment that a tab shows; null for tabs of other things. */
export function experimentOfTab(tab: TabName | null): ExperimentName | null {
  if (tab === "places") return "methods";
  return EXPERIMENT_NAMES.find((name) => name === tab) ?? null;
}

export const SAMPLES_PER_FAMILY: readonly number[] = [10, 20, 50, 200];

export const RATIOS = DEFAULT_RATIOS;

/** What of kept choices this version of the page still offers. Metric and family belong to the link and the moment. */
export function parseChoices(found: unknown): Partial<ExperimentChoices> {
  if (!isRecord(found)) return {};
  const { generate, samplesPerFamily, windowSize } = found;
  const offered = <Value>(list: readonly Value[], chosen: unknown) =>
    Array.isArray(chosen) ? list.filter((value) => chosen.includes(value)) : list;
  return {
    methods: offered(initialChoices.methods, found.methods),
    ratios: offered(RATIOS, found.ratios),
    ...(typeof generate === "boolean" ? { generate } : {}),
    ...(SAMPLES_PER_FAMILY.includes(Number(samplesPerFamily)) ? { samplesPerFamily: Number(samplesPerFamily) } : {}),
    ...(Number.isInteger(windowSize) && Number(windowSize) >= 1 ? { windowSize: Number(windowSize) } : {}),
  };
}

/** What the choices, constants and ratio at hand would measure; null where they leave nothing to measure. */
export function describeExperiment(name: ExperimentName, state: WorkbenchState): ExperimentDescription | null {
  const { choices } = state.experiments;
  const { samplesPerFamily, generate } = choices;
  const { parameters, ratio } = state.pruning;
  const common = { version: 1, samplesPerFamily, generate } as const;
  const sweep = (series: ReturnType<typeof methodSeries>, ratios: readonly number[]) =>
    series.length > 0 && ratios.length > 0 ? ({ ...common, kind: "sweep", series, ratios } as const) : null;
  switch (name) {
    case "methods":
      return sweep(methodSeries(choices.methods, parameters), [ratio]);
    case "curves":
      return sweep(methodSeries(choices.methods, parameters), choices.ratios);
    case "ablations":
      return sweep(ablationSeries(parameters), [ratio]);
    case "windows":
      return {
        ...common,
        kind: "windows",
        size: Math.min(choices.windowSize, textLayers(state.model.summary?.layout)),
      };
  }
}

/**
 * Names what the result of `description` depends on: weights, backend, what is measured, and the calibration that the
 * plans come from. Null while there is no model.
 */
export function experimentKey(description: ExperimentDescription, state: WorkbenchState): string | null {
  const { summary } = state.model;
  if (!summary) return null;
  const calibration = calibrationParameters(state.pruning.parameters, state.calibration.sampleLimit);
  return JSON.stringify([
    SCORES_VERSION,
    summary.weightHash,
    runName(summary),
    description,
    calibration,
    ...ownKey(state),
  ]);
}

/**
 * What a key of `experimentKey` names besides what was chosen: meaning of scores, weights, device and samples, as one text.
 * Null for what is not such a key.
 */
export function subjectOfKey(key: string): string | null {
  try {
    const parts: unknown = JSON.parse(key);
    if (!Array.isArray(parts)) return null;
    const [scores, weights, run, _description, _calibration, ...samples] = parts;
    return JSON.stringify([scores, weights, run, samples]);
  } catch {
    return null;
  }
}

/** Models that are measured, the dense one with them. */
export function cellCount(description: ExperimentDescription, layout: UnitLayout): number {
  if (description.kind === "sweep") return 1 + description.series.length * description.ratios.length;
  return 1 + Math.max(0, textLayers(layout) - description.size + 1);
}

export function textLayers(layout: UnitLayout | undefined): number {
  return layout?.modules.filter((module) => module.tower === "text" && module.kind === "mlp").length ?? 1;
}

/** Samples that are measured, of a set with these families (one per sample). */
export function sampleCount(families: readonly (string | null)[], samplesPerFamily: number | null): number {
  const counts = new Map<string | null, number>();
  for (const family of families) counts.set(family, (counts.get(family) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.min(count, samplesPerFamily ?? count), 0);
}
