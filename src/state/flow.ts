/**
 * What follows from what: a loaded model shows its first picture, a new question is answered, the first answer starts
 * the calibration, its statistics make a plan, and a plan that rests is measured, and after it the rest of its
 * curve. The slices know nothing of this order, and those who listen to the store are told of a change together with what
 * follows from it.
 */
import { onDemand } from "../core/on-demand.ts";
import type { ModelSummary } from "../engine/contract.ts";
import type { WorkbenchActions } from "./actions.ts";
import { followWithAddress } from "./address/address-bar.ts";
import { elsewhereOf, isAbout } from "./address/linked-model.ts";
import { EMPTY_SHARED_STATE, type Link, type SharedState } from "./address/url.ts";
import { applySharedState, parametersFromLink, sharedState } from "./address/url-sync.ts";
import type { Context } from "./context.ts";
import { isBusy } from "./job-state.ts";
import type { WorkbenchState } from "./shape.ts";
import { wholeStatistics } from "./slices/calibration.ts";
import { weightsWanted } from "./slices/calibration-weights.ts";
import { createStir } from "./slices/curve/curve.ts";
import { createOpenExperiment } from "./slices/experiments/experiments-facts.ts";
import { GENERAL_QUESTION, inputKey } from "./slices/input/input.ts";
import { measurementKey } from "./slices/measurement/kept-measurements.ts";
import { REST } from "./slices/measurement/measurement.ts";
import { isBundled } from "./slices/model/model.ts";
import { samplesAtHand } from "./slices/own-samples/own-samples.ts";
import { pivotParameters } from "./slices/pruning/method.ts";
import { initialReasoning } from "./slices/reasoning/reasoning-state.ts";
import { initialSlicing } from "./slices/slicing/slicing-state.ts";

export interface Flow {
  /** @param link as it stands in the address, for what has to be said of it; nothing is said without. */
  open(shared: SharedState, link?: Link): Promise<void>;
  /** Goes where another link points: another picture, question, ratio, constants; asks about another model. */
  visit(shared: SharedState, link?: Link): Promise<void>;
  stop(): void;
}

const loadDeviceCheck = onDemand(() => import("./device-check-run.ts"));
const loadNotes = onDemand(() => import("./address/link-notes.ts"));

export function startFlow(context: Context, actions: WorkbenchActions): Flow {
  const { get, patch, follow } = context;
  const stops: (() => void)[] = [];
  const on = <Value>(select: (state: WorkbenchState) => Value, react: (value: Value) => void) =>
    stops.push(follow(select, react));
  /** What a link asks for, until the first model has come. */
  let link: SharedState | null = null;
  /** The link, while the model that it names and that somebody has to agree to is not there. */
  let promised: SharedState | null = null;
  /** The link as it stands in the address. */
  let given: Link | null = null;
  /** Whether the own picture is there that the link means. */
  let restored: Promise<boolean> = Promise.resolve(false);
  /** Weights that constants and statistics belong to. */
  let weights: string | null = null;
  /** The picture comes while the model still loads. */
  let examplesShown: Promise<void> = Promise.resolve();
  let examplesOf: string | null = null;
  /** While statistics are looked for that need no calibration. */
  let recalling: Promise<void> | null = null;

  /** Says what of the link is not shown as asked, as far as `find` knows by now. */
  async function note(
    find: (notes: Awaited<ReturnType<typeof loadNotes>>, link: Link, state: WorkbenchState) => readonly string[],
  ): Promise<void> {
    const [link, state] = [given, get()];
    // What cannot be explained is still shown.
    const notes = link && (await loadNotes().catch(() => null));
    if (!notes || link !== given) return;
    const found = find(notes, link, state);
    if (found.length > 0) patch("link", { notes: [...new Set([...get().link.notes, ...found])] });
  }

  /** Shows a file's plan that a link names. */
  async function showPlan(plan: string): Promise<void> {
    const why = await actions.files.showKept(plan);
    if (why) void note(({ notesOnPlan }, link) => notesOnPlan(link, plan, why));
  }

  /** Takes a link up. */
  function take(shared: SharedState, link: Link | undefined): void {
    given = link ?? null;
    patch("link", { notes: [] });
    if (shared.method) actions.pruning.setMethod(shared.method);
    if (shared.tab !== null) actions.preferences.openTab(shared.tab);
    if (shared.metric !== null) actions.experiments.choose({ metric: shared.metric });
    if (shared.ratio !== null) actions.pruning.setRatio(shared.ratio);
    patch("pruning", { wanted: shared.plan });
  }

  /** Asks about a model from elsewhere. A link never fetches one by itself, and the address stays until it is answered. */
  function ask(model: string, shared: SharedState): void {
    promised = shared;
    patch("link", { holds: true });
    patch("pruning", { wanted: null });
    void actions.opening.chooseAddress(model);
  }

  /** Whether a link's model is the one at hand: by the same name, or without a revision that would have to be another. */
  function isAtHand(model: string): boolean {
    if (model === sharedState(get()).model) return true;
    return !model.includes("@") && isAbout({ model }, get().model.source);
  }

  /** A model has come: its constants and pictures, and what was there before where it still fits. */
  function welcome(summary: ModelSummary): void {
    patch("slicing", initialSlicing);
    const identity = `${summary.name} ${summary.weightHash}`;
    if (identity !== weights) {
      weights = identity;
      actions.calibration.reset();
      patch("reasoning", initialReasoning);
      actions.experiments.reset();
      actions.layers.reset();
      actions.speed.reset();
      const samplesKnown = actions.ownSamples.welcome(summary);
      // Constants in a link are those of the model that it names.
      const bundled = isBundled(get());
      const kept = promised !== null && isAbout(promised, get().model.source);
      const meant = kept ? promised : promised === null ? link : null;
      if (kept) promised = null;
      if (meant) void note(({ notesOnModel }, link, state) => notesOnModel(link, state));
      // Whoever has moved the thumb meanwhile wants what is planned there.
      const plan = kept || get().pruning.wanted !== null ? meant?.plan : null;
      const constants = parametersFromLink(context, meant ?? EMPTY_SHARED_STATE);
      actions.pruning.setParameters(constants, "Another model came with constants of its own.");
      if (plan) void showPlan(plan);
      actions.input.suitModel(meant);
      if (!meant?.question) actions.input.suitQuestion(bundled);
      recall();
      // Own samples that were in use with these weights come later, and the model's statistics are not theirs.
      void samplesKnown.then(() => {
        if (!get().ownSamples.used) return;
        recall();
        if (get().reasoning.trace) void recalling?.then(calibrateFirst);
      });
    }
    actions.pruning.replan();
    void showInput();
  }

  /** Reads the model's examples and shows the link's or the first one, where no picture is there yet. */
  async function showExamples(folderUrl: string): Promise<void> {
    examplesOf = folderUrl;
    const [kept] = await Promise.all([restored, actions.input.readExamples(folderUrl)]);
    const { picture, examples, pictureFailure } = get().input;
    if (picture) return;
    const chosen = examples.find((example) => example.id === link?.example) ?? examples[0];
    // The question that came with a scene which could not be read is not about the first example.
    const question = link?.scene || link?.picture ? undefined : (link?.question ?? undefined);
    if (chosen) await actions.input.chooseExample(chosen.id, question);
    if (pictureFailure) patch("input", { pictureFailure });
    void note(({ notesOnPicture }, link, state) => notesOnPicture(link, state, kept));
  }

  async function showInput(): Promise<void> {
    await examplesShown;
    link = null;
    const { status } = get().reasoning;
    // After a reload the trace that is there still belongs to its picture and question: only what is missing runs.
    if (status === "done") afterTrace();
    else if (status !== "waiting" && status !== "running") await actions.reasoning.start();
  }

  function recall(): void {
    // Where the part of the page that does it cannot be loaded, the model is calibrated.
    const looking = actions.calibration
      .recall()
      .catch(() => undefined)
      .finally(() => {
        if (recalling === looking) recalling = null;
      });
    recalling = looking;
  }

  function calibrateFirst(): void {
    const { calibration } = get();
    const calibratable = samplesAtHand(get()) > 0;
    const whole = wholeStatistics(get());
    // Once somebody has cancelled the calibration, only they start it again.
    if (calibratable && whole === null && calibration.status !== "cancelled") {
      void actions.calibration.start();
    }
  }

  function checkOpen(): void {
    if (!get().model.summary?.checks?.open) return;
    void loadDeviceCheck()
      .then(({ checkDevice }) => checkDevice(context, actions.model.noteLoss))
      .catch(() => undefined);
  }

  function afterTrace(): void {
    if (recalling) void recalling.then(calibrateFirst);
    else calibrateFirst();
    actions.measurement.settle();
    // Where nothing can be measured, nothing is to come first.
    if (!get().pruning.frame && samplesAtHand(get()) === 0) checkOpen();
  }

  on(
    (state) =>
      state.model.status === "loading" && state.model.source?.kind === "address" ? state.model.source.url : null,
    (folderUrl) => {
      if (folderUrl !== null) examplesShown = showExamples(folderUrl);
    },
  );
  on(
    ({ model }) => (model.status === "ready" && isBundled({ model }) ? model.source : null),
    (source) => {
      // A bundled model that was opened beside another comes without having been loading.
      if (source?.kind === "address" && source.url !== examplesOf) examplesShown = showExamples(source.url);
    },
  );
  on(
    (state) => (state.model.status === "ready" ? state.model.summary : null),
    (summary) => summary && welcome(summary),
  );
  on(
    (state) => inputKey(state.input),
    (key) => {
      if (key !== null && get().model.status === "ready") void actions.reasoning.start();
    },
  );
  on(
    (state) => state.reasoning.of,
    // What was measured is not about other words than those that are there now.
    () => actions.measurement.settle(),
  );
  on(
    (state) => state.reasoning.trace,
    (trace) => trace && afterTrace(),
  );
  for (const known of ["statistics", "weights", "weightsFailure"] as const) {
    on(
      (state) => state.calibration[known],
      () => actions.pruning.replan(),
    );
  }
  on(weightsWanted, (wanted) => {
    if (wanted !== null) void actions.calibration.readWeights();
  });
  on(
    (state) => state.measurement.status === "done",
    (done) => done && checkOpen(),
  );
  on(measurementKey, () => actions.measurement.settle());
  on(
    (state) => state.measurement.shown,
    () => actions.history.note(),
  );
  on(
    (state) => JSON.stringify(pivotParameters(state.pruning.parameters)),
    () => actions.reasoning.refreshPivots(),
  );
  on(
    (state) => state.comparison.of,
    (of) => of && actions.preferences.openTab("compare"),
  );
  // What pinned sides that are asked for may still wait for.
  for (const awaited of [
    ({ pins }: WorkbenchState) => pins.wanted,
    ({ reasoning }: WorkbenchState) => reasoning.trace,
    ({ calibration }: WorkbenchState) => calibration.statistics,
    ({ calibration }: WorkbenchState) => calibration.weights,
    ({ calibration }: WorkbenchState) => isBusy(calibration),
  ]) {
    on<unknown>(awaited, () => actions.pins.takeWanted());
  }
  on(
    (state) => state.ownSamples.used?.key ?? null,
    () => {
      // What was measured on other samples is not what would be measured now.
      actions.experiments.reset();
      actions.layers.reset();
    },
  );
  // The slider moves through many keys; only where it rests is there something to look up.
  let callOffLookUp = () => {};
  stops.push(() => callOffLookUp());
  on(createOpenExperiment(), (opened) => {
    callOffLookUp();
    if (opened) callOffLookUp = context.environment.after(REST, () => void actions.experiments.prepare(opened.name));
  });
  on(
    ({ opening }) => opening.current,
    ({ step }) => {
      // Whatever was answered: the model has come, or another is chosen, or none.
      if (step === "closed" || step === "choosing") patch("link", { holds: false });
    },
  );
  // Last: it looks at what all the others have made of a change.
  on(createStir(), () => actions.curve.settle());
  const bar = followWithAddress(context);
  stops.push(bar.stop);

  async function visit(shared: SharedState, link: Link | undefined): Promise<void> {
    take(shared, link);
    void note(({ notesOnLink }, about, state) => notesOnLink(about, state));
    if (shared.model !== null && !isAtHand(shared.model)) {
      const elsewhere = elsewhereOf(shared);
      if (elsewhere !== null) ask(elsewhere, shared);
      else {
        promised = shared;
        await actions.opening.chooseBundled(shared.model);
      }
    } else {
      void note(({ notesOnModel }, about, state) => notesOnModel(about, state));
      actions.pruning.setParameters(parametersFromLink(context, shared), "The link's constants were taken.");
      if (shared.plan !== null) void showPlan(shared.plan);
    }
    actions.input.suitModel(shared);
    const { picture, question } = get().input;
    let kept = true;
    if (shared.scene !== null && shared.scene !== sharedState(get()).scene) {
      actions.input.openScene(shared.scene, shared.question);
    } else if (shared.picture !== null && shared.picture !== picture?.keptAs) {
      kept = await actions.input.restorePicture(shared.picture, shared.question);
    } else if (shared.example !== null && shared.example !== picture?.exampleId) {
      await actions.input.chooseExample(shared.example, shared.question ?? undefined);
    } else if (shared.question !== null && shared.question !== question) actions.input.ask(shared.question);
    // Only now: what is pinned is of the picture and the model that the link names.
    actions.pins.want(shared.pins);
    await note(({ notesOnPicture }, about, state) => notesOnPicture(about, state, kept));
  }

  return {
    async open(wanted, address) {
      const elsewhere = elsewhereOf(wanted);
      // The bundled model, which opens first, knows nothing of the question that a checkpoint from elsewhere is asked.
      const shared =
        elsewhere !== null && wanted.question === GENERAL_QUESTION ? { ...wanted, question: null } : wanted;
      link = shared;
      void actions.ownSamples.restore();
      applySharedState(context, shared);
      take(shared, address);
      actions.pins.want(shared.pins);
      if (shared.scene !== null) actions.input.openScene(shared.scene, shared.question);
      else if (shared.picture !== null) restored = actions.input.restorePicture(shared.picture, shared.question);
      void note(({ notesOnLink }, link, state) => notesOnLink(link, state));
      // The bundled model opens behind the question.
      if (elsewhere !== null) ask(elsewhere, shared);
      await actions.model.openBundled(elsewhere === null ? shared.model : null);
    },
    visit: (shared, link) => bar.during(() => visit(shared, link)),
    stop() {
      for (const stop of stops) stop();
    },
  };
}
