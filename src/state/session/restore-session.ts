/** Puts a session that was read whole in the place of what the page shows. */
import { nameOfPicture } from "../../core/content-name.ts";
import { inFile, PivotscopeError } from "../../core/errors.ts";
import type { FrameData } from "../../core/frame-data.ts";
import { planFrame } from "../../core/plan-frame.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { ModelSummary } from "../../engine/contract.ts";
import { readStatistics } from "../../models/statistics-file/read-statistics.ts";
import { requireSameWeights } from "../../models/weights-match.ts";
import { decodeSharedState, encodeSharedState, type Link, type SharedState } from "../address/url.ts";
import type { Context } from "../context.ts";
import { ENDED } from "../job-state.ts";
import type { CalibrationActions } from "../slices/calibration.ts";
import { keepStatistics } from "../slices/calibration-recall.ts";
import type { ExperimentsActions } from "../slices/experiments/experiments.ts";
import { parseChoices } from "../slices/experiments/experiments-choices.ts";
import { initialChoices } from "../slices/experiments/experiments-state.ts";
import { createKeptResults } from "../slices/experiments/kept-results.ts";
import { keepShown } from "../slices/files/shown-plan.ts";
import { mergeHistory } from "../slices/history/history-records.ts";
import { adoptPicture } from "../slices/input/asked-pictures.ts";
import { type InputActions, sampleInput } from "../slices/input/input.ts";
import { decodeScene } from "../slices/input/scene-link.ts";
import { createKeptAnswers } from "../slices/kept/kept-answers.ts";
import type { OwnSamplesActions } from "../slices/own-samples/own-samples.ts";
import { createKeptSides } from "../slices/pins/kept-sides.ts";
import type { Pin } from "../slices/pins/pins-state.ts";
import type { PreferencesActions } from "../slices/preferences.ts";
import type { PruningActions } from "../slices/pruning/pruning.ts";
import type { ReasoningActions } from "../slices/reasoning/reasoning.ts";
import type { Session } from "./read-session.ts";
import { restoreOwnSamples } from "./restore-own-samples.ts";
import type { SavedRun } from "./saved-run.ts";
import { readPins } from "./session-pins.ts";

export interface Restorers {
  readonly calibration: CalibrationActions;
  readonly experiments: ExperimentsActions;
  readonly input: InputActions;
  readonly ownSamples: OwnSamplesActions;
  readonly preferences: PreferencesActions;
  readonly pruning: PruningActions;
  readonly reasoning: ReasoningActions;
  visit(shared: SharedState, link?: Link): Promise<void>;
}

/** What of a session depends on the model's shape. */
interface Fitted {
  readonly frame: FrameData | null;
  readonly statistics: Statistics | null;
  readonly pins: readonly Pin[];
}

/**
 * Holds a session against the model at hand.
 * @throws PivotscopeError `bad-input` naming file and field, and both models where the weights are others.
 */
export function fitSession(session: Session, model: ModelSummary): Fitted {
  const { file, manifest, plan, statistics } = session;
  requireSameWeights(file, manifest.model, model, "Open the model that it was saved with first, then the session.");
  const name = `${file}, statistics.safetensors`;
  const read = statistics && readStatistics(statistics, name, model.layout);
  if (read && read.about.weight_hash !== model.weightHash) {
    throw new PivotscopeError("bad-input", `${name}: "weight_hash" is not that of the session's model.`);
  }
  return {
    frame: plan && inFile(`${file}, plan.json`, () => planFrame(plan, model.layout)),
    statistics: read?.statistics ?? null,
    pins: inFile(file, () => readPins(session.pins, model.layout)),
  };
}

/** Looks at what only the browser can read. @throws PivotscopeError naming file and picture. */
export async function checkPictures({ environment }: Context, { file, manifest, pictures }: Session): Promise<void> {
  const { picture: shown, scene } = decodeSharedState(manifest.link);
  if (scene !== null) inFile(`${file}, session.json, link`, () => decodeScene(scene));
  for (const { id, entry, name, content, type, bytes } of pictures) {
    if (id !== shown) continue;
    const decoded = await environment.decodePicture(new Blob([bytes], { type }), `${file}, ${entry} (${name})`);
    environment.releasePreview(decoded.previewUrl);
    const found = nameOfPicture(decoded.picture);
    if (content === null || content === found) return;
    throw new PivotscopeError("bad-input", `${file}, ${entry}: found other pixels than the session was saved with.`);
  }
  if (shown !== null)
    throw new PivotscopeError("bad-input", `${file}, session.json: the picture "${shown}" of its link is missing.`);
}

/**
 * Restores what was read and checked, of the model at hand.
 * @param wanted whether nothing has taken its place.
 * @returns what can be run again, null where nothing was measured; and why the browser keeps nothing, null where it does.
 * Null where it is no longer wanted.
 * @throws PivotscopeError `busy` where another model has come meanwhile.
 */
export async function restoreSession(
  context: Context,
  users: Restorers,
  session: Session,
  { frame, statistics, pins }: Fitted,
  wanted: () => boolean,
): Promise<{ readonly run: SavedRun | null; readonly notKept: string | null } | null> {
  const { get, patch, inOneStep, environment } = context;
  const { file, manifest, plan, shown } = session;
  const shared = decodeSharedState(manifest.link);
  const notKept = await keepAll(context, session, shared.picture);

  await restoreOwnSamples(context, users.ownSamples, session);
  await restorePicture(users.input, session, shared);
  const sides = createKeptSides(environment.records, environment.date);
  const pinned: Pin[] = [];
  for (const pin of pins) {
    const keptAs = await sides.keep(pin.side).catch(() => null);
    pinned.push(keptAs === null ? pin : { ...pin, keptAs });
  }
  const { calibration } = manifest;
  patch("calibration", { sampleLimit: shared.samples });
  // Its model is at hand, whatever it is called here; pins and tab are set below, also where there are none.
  const there = { ...shared, model: null, plan: null, pins: [], picture: get().input.picture?.keptAs ?? null };
  await users.visit(there, { hash: encodeSharedState(there), search: "" });
  if (!wanted()) return null;
  if (get().model.summary?.weightHash !== manifest.model.weightHash) {
    throw new PivotscopeError("busy", `${file}: another model has come meanwhile.`, "Open the session again.");
  }
  inOneStep(() => {
    users.preferences.openTab(shared.tab);
    users.experiments.choose({ ...parseChoices(manifest.choices), metric: shared.metric ?? initialChoices.metric });
    if (statistics && calibration) {
      const { key: statisticsKey, origin, seconds } = calibration;
      users.calibration.reset();
      patch("calibration", {
        ...ENDED,
        statistics,
        partOf: null,
        convergence: null,
        interruption: null,
        statisticsKey,
        origin: origin === "here" ? "kept" : origin,
        file: origin === "file" ? calibration.file : null,
        seconds,
      });
    }
    if (plan && frame) users.pruning.show({ file: manifest.planOf ?? file, plan, frame });
    if (manifest.draft !== null) users.input.setDraft(manifest.draft);
    patch("pins", { pins: pinned, against: null, wanted: [], failure: null });
  });
  if (plan) await keepShown(context, { file: manifest.planOf ?? file, plan });
  if (statistics && calibration && calibration.origin !== "file") {
    void keepStatistics(environment.records, calibration.key, statistics).catch(() => undefined);
  }
  // What is kept of the same picture and question comes with its trace.
  void users.reasoning.start();

  const input = sampleInput(get().input);
  const [measured] = shown?.measured ?? [];
  const run =
    input && shown?.trace && measured?.answer && plan && frame
      ? {
          ...{ input, trace: shown.trace, plan, frame, measurement: measured.measurement, answer: measured.answer },
          ...{ statistics, calibration: calibration?.key ?? null, planned: manifest.planOf === null },
          ...{ weightHash: manifest.model.weightHash, device: manifest.model.device },
        }
      : null;
  return { run, notKept };
}

/** Keeps in this browser what outlives a reload. Why it does not, in a sentence. */
async function keepAll(
  { environment, patch }: Context,
  session: Session,
  shown: string | null,
): Promise<string | null> {
  const { records, date } = environment;
  let refused: string | null = null;
  const say = (sentence: string) => {
    refused = sentence;
  };
  try {
    for (const { id, ...picture } of session.pictures) await adoptPicture(records, id, picture, id === shown);
    const answers = createKeptAnswers(records, date);
    // The latest is listed first, and is to be so again.
    for (const saved of session.answers.toReversed()) await answers.adopt(saved);
    patch("history", { entries: await mergeHistory(records, session.history) });
    const results = createKeptResults(records, date, say);
    for (const { key, result } of session.results.toReversed()) await results.append(key, null, result);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
  return refused;
}

/** Shows an own picture with its question, also where this browser keeps none. */
async function restorePicture(input: InputActions, { pictures }: Session, shared: SharedState): Promise<void> {
  const own = pictures.find(({ id }) => id === shared.picture);
  if (!own || (await input.restorePicture(own.id, shared.question))) return;
  await input.choosePicture(new Blob([own.bytes], { type: own.type }), own.name);
  if (shared.question !== null) input.ask(shared.question);
}
