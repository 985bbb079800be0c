/** Writes the page as it stands into a session file; fetched when somebody saves one. */
import { PivotscopeError } from "../../core/errors.ts";
import { serialiseResult } from "../../core/experiments/result-json.ts";
import { serialisePlan } from "../../core/plan.ts";
import { VERSION } from "../../core/version.ts";
import { serialiseOwnSamples } from "../../models/own-samples-json.ts";
import { writeStatistics } from "../../models/statistics-file/write-statistics.ts";
import { writeZip, type ZipEntry } from "../../models/zip-file.ts";
import { encodeSharedState } from "../address/url.ts";
import { sharedState } from "../address/url-sync.ts";
import type { Context } from "../context.ts";
import { modelAtHand } from "../provenance.ts";
import { wholeStatistics } from "../slices/calibration.ts";
import { createKeptResults } from "../slices/experiments/kept-results.ts";
import { planAtHand } from "../slices/exporting/export-order.ts";
import { readHistory } from "../slices/history/history-records.ts";
import { findPicture, listPictures } from "../slices/input/asked-pictures.ts";
import { seal } from "../slices/kept/answer-records.ts";
import { createKeptAnswers } from "../slices/kept/kept-answers.ts";
import { samplesOf } from "../slices/own-samples/own-samples-file.ts";
import { aboutStatistics } from "./about-statistics.ts";
import { checksumLine } from "./checksums.ts";
import { ENTRY, type Manifest, SESSION_FORMAT, SESSION_VERSION } from "./format.ts";
import { weightsOfResult } from "./results-key.ts";
import { savePins } from "./session-pins.ts";

export interface SavedSession {
  readonly name: string;
  /** Whole: a file is named and written only when nothing can go wrong any more but the writing. */
  readonly file: Blob;
}

/**
 * What is at hand and does not go into it is said as the outcome of a file.
 * @throws PivotscopeError `busy` while no model is loaded; what the storage throws where pictures and results lie.
 */
export async function saveSession(context: Context): Promise<SavedSession> {
  const state = context.get();
  const model = modelAtHand(state);
  const { summary } = state.model;
  if (!model || !summary) throw new PivotscopeError("busy", "No model is loaded yet.", "Save when the model is there.");
  const { records, date } = context.environment;
  const leftOut: string[] = [];
  const parts: ZipEntry[] = [];
  const json = (name: string, content: unknown) => parts.push({ name, content: JSON.stringify(content) });

  const { of, opened } = state.pruning;
  // Before anything is waited for: the slider's next tick overwrites the frame's arrays.
  const plan = planAtHand(state)?.plan;
  if (plan) parts.push({ name: ENTRY.plan, content: serialisePlan(plan) });
  const { pictures, shownAs } = await savePictures(context, parts);
  const statistics = wholeStatistics(state);
  if (statistics) {
    const content = writeStatistics(summary.layout, statistics, aboutStatistics(state)) as Uint8Array<ArrayBuffer>;
    parts.push({ name: ENTRY.statistics, content });
  } else if (state.calibration.statistics) leftOut.push("the calibration, which has not finished");
  const { entries } = state.ownSamples;
  if (entries.length > 0)
    parts.push({ name: ENTRY.ownSamples, content: serialiseOwnSamples(await samplesOf(entries)) });

  json(ENTRY.answers, await createKeptAnswers(records, date).save(model.weightHash));
  const { shown } = state.measurement;
  const { trace } = state.reasoning;
  const measured = shown?.answer && trace && of && shown.of.plan.hash === of.plan.hash ? shown : null;
  // Those who run it again have no sliced weights.
  if (measured?.of.weights) leftOut.push("the result of the sliced weights");
  else if (measured) {
    const { measurement, answer } = measured;
    json(ENTRY.shown, {
      text: seal("shown", { trace, measured: [{ plan: measured.of.plan, measurement, answer }] }).text,
    });
  }
  const pins = savePins(state);
  if (pins.leftOut > 0) leftOut.push("pinned sides that are not measured or of another model");
  json(ENTRY.pins, pins.saved);
  const history = await readHistory(records);
  json(
    ENTRY.history,
    history.filter(({ weightHash }) => weightHash === model.weightHash),
  );
  const results = await saveResults(context, parts, model.weightHash);

  const shared = sharedState(state);
  const { statisticsKey, origin, file, seconds } = state.calibration;
  const { draft, question, picture } = state.input;
  const manifest: Manifest = {
    pivotscope: VERSION,
    saved: new Date(date()).toISOString(),
    model: { ...model, source: shared.model },
    // Its plan is a file of its own.
    link: encodeSharedState({
      ...shared,
      plan: null,
      picture: shownAs ?? shared.picture,
      question: question || shared.question,
    }),
    draft: picture && draft !== question ? draft : null,
    planOf: opened?.file ?? null,
    calibration: statistics && statisticsKey !== null ? { key: statisticsKey, origin, file, seconds } : null,
    ownSamplesUsed: state.ownSamples.used !== null,
    pictures,
    results,
    choices: { ...state.experiments.choices },
  };
  parts.unshift({
    name: ENTRY.manifest,
    content: JSON.stringify({ format: SESSION_FORMAT, version: SESSION_VERSION, ...manifest }, null, 2),
  });
  const stream = writeZip(withSums(parts), new Date(date()));
  const day = manifest.saved.slice(0, 10);
  const name = `pivotscope-session-${model.name}-${day}.zip`;
  const whole = await new Response(stream).blob();
  if (leftOut.length > 0)
    context.patch("files", { outcome: `${name} is without ${leftOut.join(", and ")}.`, failure: null });
  return { name, file: whole };
}

/** The entries, and behind them the list of their checksums. */
async function* withSums(parts: readonly ZipEntry[]): AsyncGenerator<ZipEntry> {
  let sums = "";
  for (const { name, content } of parts) {
    const bytes = new Uint8Array(await new Blob([content]).arrayBuffer());
    sums += await checksumLine(name, bytes);
    yield { name, content: bytes };
  }
  yield { name: ENTRY.sums, content: sums };
}

/** Own pictures that this browser keeps, and the one that is shown, also where it keeps none. */
async function savePictures(context: Context, parts: ZipEntry[]) {
  const { environment, get } = context;
  const { picture } = get().input;
  const pictures: Manifest["pictures"] = [];
  const add = (id: string, name: string, content: string | null, file: Blob) => {
    const entry = `pictures/${id}`;
    parts.push({ name: entry, content: file });
    pictures.push({ id, entry, name, content, type: file.type });
  };
  for (const { id } of await listPictures(environment.records).catch(() => [])) {
    const kept = await findPicture(environment, id);
    if (kept) add(id, kept.name, kept.content, kept.file);
  }
  const own = picture && picture.exampleId === null && picture.scene === null ? picture : null;
  if (!own || pictures.some(({ id }) => id === own.keptAs)) return { pictures, shownAs: null };
  const shownAs = own.keptAs ?? environment.uniqueNumber().toString(36);
  const file =
    own.previewUrl === null
      ? await environment.encodePicture(own.picture, null)
      : await environment.readBlob(own.previewUrl);
  add(shownAs, own.name, own.content, file);
  return { pictures, shownAs };
}

/** Results of experiments with these weights, a file each, the latest first. */
async function saveResults({ environment }: Context, parts: ZipEntry[], weightHash: string) {
  const kept = createKeptResults(environment.records, environment.date, () => {});
  const results: Manifest["results"] = [];
  for (const { key, about } of await kept.list().catch(() => [])) {
    if (about === null || weightsOfResult(key) !== weightHash) continue;
    const result = await kept.read(key);
    if (!result) continue;
    const entry = `results/${results.length + 1}.json`;
    parts.push({ name: entry, content: serialiseResult(result) });
    results.push({ entry, key });
  }
  return results;
}
