/** Reads statistics and plan files for the model at hand, and puts them to use; fetched when somebody opens one. */
import { inFile, PivotscopeError } from "../../../core/errors.ts";
import { formatBytes } from "../../../core/format-bytes.ts";
import type { FrameData } from "../../../core/frame-data.ts";
import { fileSource, parseJson } from "../../../core/json/read.ts";
import type { MethodParameters } from "../../../core/parameters.ts";
import { parsePlan } from "../../../core/parse-plan.ts";
import type { Plan } from "../../../core/plan.ts";
import { planFrame } from "../../../core/plan-frame.ts";
import type { Statistics } from "../../../core/statistics.ts";
import { plural } from "../../../core/words.ts";
import type { ModelSummary } from "../../../engine/contract.ts";
import { looksLikeSafetensors } from "../../../models/statistics-file/read-statistics.ts";
import { openStatisticsFile } from "../../../models/statistics-file/read-statistics-file.ts";
import { requireSameWeights } from "../../../models/weights-match.ts";
import { looksLikeZip } from "../../../models/zip-file.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { CalibrationActions } from "../calibration.ts";
import { isRecord } from "../model/model.ts";
import { methodLabel } from "../pruning/method.ts";
import type { PruningActions } from "../pruning/pruning.ts";

/** Of one file; statistics of the largest models that the page opens take a fifth of it. */
export const MOST_FILE_BYTES = 256e6;

export type ReadFile =
  | {
      readonly kind: "statistics";
      readonly file: string;
      readonly statistics: Statistics;
      /** The calibration's constants, as far as the file states them. */
      readonly stated: Partial<MethodParameters>;
    }
  | { readonly kind: "plan"; readonly file: string; readonly plan: Plan; readonly frame: FrameData };

type Model = Pick<ModelSummary, "name" | "weightHash" | "layout">;

const KINDS = "Statistics, plans and sessions that this page or the command line has written can be opened.";

/**
 * All files, statistics first.
 * @throws PivotscopeError `bad-input` naming file and field: too large, no statistics or plan, made for other weights, of
 * another layout; also what the parsers throw.
 */
export async function readFiles(files: readonly File[], model: Model): Promise<readonly ReadFile[]> {
  const read: ReadFile[] = [];
  for (const file of files) read.push(await readFile(file, model));
  return read.sort((left, right) => Number(left.kind === "plan") - Number(right.kind === "plan"));
}

async function readFile(file: File, model: Model): Promise<ReadFile> {
  const { name } = file;
  const refused = (what: string, hint = KINDS) => new PivotscopeError("bad-input", `${name} ${what}.`, hint);
  if (file.size === 0) throw refused("is empty");
  if (file.size > MOST_FILE_BYTES) {
    throw refused(`has ${formatBytes(file.size)}; up to ${formatBytes(MOST_FILE_BYTES)} can be opened`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (looksLikeZip(bytes)) throw refused("is a zip file among others", "Open a session by itself.");
  if (looksLikeSafetensors(bytes)) return statisticsOf(bytes, name, model);
  const text = decode(bytes);
  if (text === null) throw refused("is neither JSON nor a safetensors file");
  const json = parseJson(text, fileSource(name, { code: "bad-input", hint: KINDS }));
  if (isRecord(json) && "attribution_global" in json) return statisticsOf({ json }, name, model);
  if (isRecord(json) && "keep" in json) return planOf(text, name, model);
  throw refused(`holds neither statistics nor a plan: ${describe(json)}`);
}

/** Whether a safetensors file says that it holds statistics, by its first bytes. */
export async function holdsStatistics(file: Blob): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  if (start.length < 8) return false;
  const length = new DataView(start.buffer).getUint32(0, true);
  const header = await file.slice(8, 8 + Math.min(length, 1e6)).text();
  return header.includes('"pivotscope-statistics-');
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function describe(json: unknown): string {
  if (!isRecord(json)) return "it is no object with fields";
  const names = Object.keys(json)
    .slice(0, 5)
    .map((field) => `"${field.slice(0, 40)}"`);
  return names.length === 0 ? "it is an empty object" : `it begins with ${names.join(", ")}`;
}

function statisticsOf(
  content: Uint8Array<ArrayBuffer> | { readonly json: unknown },
  file: string,
  model: Model,
): ReadFile {
  const opened = openStatisticsFile(content, file);
  requireSameWeights(file, opened.origin, model, "Open the model that it was made for first, or calibrate this one.");
  return { kind: "statistics", file, statistics: opened.read(model.layout), stated: opened.stated };
}

function planOf(text: string, file: string, model: Model): ReadFile {
  const plan = inFile(file, () => parsePlan(text));
  requireSameWeights(file, plan.model, model, "Open the model that it was made for first, or plan for this one.");
  return { kind: "plan", file, plan, frame: inFile(file, () => planFrame(plan, model.layout)) };
}

interface Users {
  readonly calibration: Pick<CalibrationActions, "take">;
  readonly pruning: Pick<PruningActions, "setParameters" | "show">;
}

/** Puts a file to use, and says in a sentence what that means. */
export function useFile(read: ReadFile, state: WorkbenchState, { calibration, pruning }: Users): string {
  const { file } = read;
  if (read.kind === "statistics") {
    const before = state.pruning.parameters;
    const parameters = { ...before, ...read.stated };
    if (JSON.stringify(parameters) !== JSON.stringify(before)) {
      pruning.setParameters(parameters, `${file} was made with constants of its own.`);
    }
    calibration.take(read.statistics, file);
    return `${file}: statistics of ${plural(read.statistics.samples, "sample")} are in use.`;
  }
  const { plan, frame } = read;
  const live = pruning.show({ file, plan, frame });
  const what = `${file}: a plan of ${methodLabel(plan.method)}`;
  return live
    ? `${what}, which the statistics at hand make as well: the slider goes on from it.`
    : `${what}, shown as it is until the slider moves: the statistics at hand do not make it.`;
}
