/**
 * Statistics that need no calibration: kept from an earlier one, or brought along by the model. Not part of the first screen,
 * which shows a model before anything is planned.
 */
import { PivotscopeError } from "../../core/errors.ts";
import { parseParameters } from "../../core/parameters/parse.ts";
import type { StatisticsOrigin } from "../../core/provenance.ts";
import type { Statistics } from "../../core/statistics.ts";
import { validateBaselines, validateStatistics } from "../../core/statistics-check.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { readStatistics } from "../../models/statistics-file/read-statistics.ts";
import type { Environment, RecordStore } from "../environment.ts";
import type { WorkbenchState } from "../shape.ts";
import { createFinishedCalibrations } from "./calibration-finished.ts";
import { calibrationParameters } from "./pruning/method.ts";

export interface Recalled {
  readonly statistics: Statistics;
  readonly origin: StatisticsOrigin;
}

/**
 * Statistics of the model, samples and constants at hand; null where there are none, or none that fit.
 * @param key names them, see `calibrationKey`.
 */
export async function recallStatistics(
  environment: Environment,
  state: WorkbenchState,
  key: string,
): Promise<Recalled | null> {
  const { summary } = state.model;
  if (!summary) return null;
  const kept = await createFinishedCalibrations(environment.records).read(key);
  if (kept && fits(summary.layout, kept)) return { statistics: kept, origin: "kept" };
  const brought = await readBrought(environment, state);
  return brought && { statistics: brought, origin: "beforehand" };
}

/** Keeps statistics for `recallStatistics`. Rejects where the browser refuses. */
export function keepStatistics(records: RecordStore, key: string, statistics: Statistics): Promise<void> {
  return createFinishedCalibrations(records).keep(key, statistics);
}

function fits(layout: UnitLayout, statistics: Statistics): boolean {
  try {
    validateStatistics(layout, statistics);
    if (statistics.baselines) validateBaselines(layout, statistics.baselines);
    return true;
  } catch {
    return false;
  }
}

/** What the bundled model at hand brings, where it is of these weights and of the samples and constants at hand. */
async function readBrought(
  environment: Environment,
  { model, calibration, ownSamples, pruning }: WorkbenchState,
): Promise<Statistics | null> {
  const { source, summary } = model;
  const entry = source?.kind === "address" ? model.bundled.find(({ url }) => url === source.url) : undefined;
  if (!summary || !entry || entry.statistics === null) return null;
  if (calibration.sampleLimit !== null || ownSamples.used) return null;
  try {
    const blob = await environment.readBlob(new URL(entry.statistics, entry.url).href);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const { statistics, about } = readStatistics(bytes, entry.statistics, summary.layout);
    const made = JSON.stringify(calibrationParameters(parseParameters(about.parameters), null));
    const wanted = JSON.stringify(calibrationParameters(pruning.parameters, null));
    return about.weight_hash === summary.weightHash && made === wanted ? statistics : null;
  } catch (error) {
    // It saves time and nothing else: without it the model is calibrated.
    if (error instanceof PivotscopeError) return null;
    throw error;
  }
}
