/**
 * Opening a model beside the one at hand: looks at it in an engine of its own, says what it would take, and loads it once
 * somebody has agreed. The model at hand stays in use until the new one has come.
 */
import { PivotscopeError } from "../../../core/errors.ts";
import { onDemand } from "../../../core/on-demand.ts";
import type { LoadProgress, MemoryNeeds, ModelNeeds } from "../../../engine/contract.ts";
import { DEFAULT_HUB } from "../../../models/hub/default-hub.ts";
import type { ModelSource } from "../../../models/model-source.ts";
import type { Context } from "../../context.ts";
import { type Failure, failureOf, isCancelled } from "../../failure.ts";
import { isBundled, type ModelActions } from "./model.ts";
import { type Attempt, createAttempts } from "./model-opening-attempt.ts";
import {
  AUTOMATIC,
  CLOSED,
  choiceOf,
  firstOptions,
  type Opening,
  pinned,
  type RunOptions,
} from "./model-opening-steps.ts";
import { originOf, showTransfer } from "./model-transfer.ts";

export interface OpeningActions {
  /** Shows the dialog: what is going on, or what there is to choose from. */
  show(): void;
  /** Puts the dialog away. Loading goes on without it. */
  hide(): void;
  /** Gives up what is going on, at once. What the browser keeps stays, and loading can be resumed. */
  cancel(): void;
  /** Back to what there is to choose from. */
  back(): void;
  setToken(token: string): void;
  /**
   * Looks at a hub's repository or another address and asks.
   * @param byHand whether somebody typed it; a host that only a link names is asked about first.
   */
  chooseAddress(address: string, byHand?: boolean): Promise<void>;
  /** Says yes to the host that was asked about, and looks at what the link names. */
  agree(): Promise<void>;
  /** Looks at this source, which somebody has chosen by its host's name, and asks. */
  choose(source: ModelSource): Promise<void>;
  /** Opens files of the user's, by path; asks only when they do not fit, and says so while another model loads. */
  chooseFiles(files: ReadonlyMap<string, Blob>): Promise<void>;
  /** Opens a model of the page's own; asks only when it does not fit. */
  chooseBundled(name: string): Promise<void>;
  /** What was dropped could not be read. */
  refuse(error: unknown): void;
  setOptions(options: RunOptions): void;
  /** Counts what the model that is asked about takes of the device's memory, see `Engine.countMemory`. */
  countMemory(options: RunOptions, signal: AbortSignal): Promise<MemoryNeeds>;
  /** Loads what was asked about, or goes on with what was cancelled or broke off. */
  load(): Promise<void>;
}

const loadForeignHosts = onDemand(() => import("./foreign-host.ts"));

const COMMIT = /^[0-9a-f]{40}$/;

function oneAtATime(name: string, loading: string): Failure {
  return {
    code: "busy",
    message: `"${name}" was not opened, because ${loading} is still loading.`,
    hint: "Cancel that, or wait until it has loaded, and choose the folder again.",
  };
}

export function createOpeningActions(context: Context, model: ModelActions): OpeningActions {
  const { environment, patch, get } = context;
  const attempts = createAttempts(environment);
  const { begin, stop } = attempts;

  const opening = (): Opening => get().opening.current;
  const go = (current: Opening) => patch("opening", { current });
  const wasShown = (): boolean => {
    const current = opening();
    return "shown" in current ? current.shown : true;
  };

  async function inspect(source: ModelSource, shown: boolean): Promise<void> {
    const mine = begin();
    const { signal } = mine;
    go({ step: "inspecting", source, progress: null, shown });
    const onProgress = (progress: LoadProgress) => {
      const current = opening();
      if (mine.atHand() && current.step === "inspecting") go({ ...current, progress });
    };
    try {
      const engine = await mine.engine();
      const needs = await engine.inspect(source, AUTOMATIC, { signal, onProgress });
      if (!mine.atHand()) return;
      const { wish } = get().model;
      const options = firstOptions(needs, wish);
      const found = pinned(source, needs);
      // What is small or lies on this computer, and runs as it was wished for: there is nothing to ask.
      const own = source.kind === "files" || comesAlong(source);
      if (own && choiceOf(needs, wish)?.fits) await run(mine, found, needs, options, wasShown());
      else go({ step: "asking", source: found, needs, options });
    } catch (error) {
      if (!mine.atHand() || isCancelled(error)) return;
      const shownNow = wasShown();
      stop();
      go({ step: "failed", source, during: null, failure: failureOf(error), shown: shownNow });
    }
  }

  async function run(
    mine: Attempt,
    source: ModelSource,
    needs: ModelNeeds,
    options: RunOptions,
    shown: boolean,
  ): Promise<void> {
    const { signal } = mine;
    const meter = showTransfer(environment, (transfer) => {
      const current = opening();
      if (mine.atHand() && current.step === "loading") go({ ...current, transfer });
    });
    go({ step: "loading", source, needs, options, transfer: null, notice: null, shown });
    const onProgress = (progress: LoadProgress) => {
      if (mine.atHand()) meter.note({ ...progress, from: originOf(source, needs, progress) });
    };
    try {
      const engine = await mine.engine();
      const summary = await engine.load(source, options, { signal, onProgress });
      if (!mine.atHand()) return;
      attempts.finish();
      await model.take(engine, source, summary, options);
      go(CLOSED);
    } catch (error) {
      if (!mine.atHand() || isCancelled(error)) return;
      const shownNow = wasShown();
      stop();
      go({ step: "failed", source, during: { needs, options }, failure: failureOf(error), shown: shownNow });
    } finally {
      meter.end();
    }
  }

  /** Whether the page brings it along. */
  function comesAlong(source: ModelSource): boolean {
    return isBundled({ model: { ...get().model, source } });
  }

  /** Finds out how much of a cancelled model the browser keeps, once its files have been put away. */
  async function lookUpKept(source: ModelSource): Promise<void> {
    await attempts.woundDown();
    const kept = source.kind === "hub" ? await keptBytes(source).catch(() => null) : 0;
    const current = opening();
    if (current.step === "paused" && current.source === source) go({ ...current, kept });
  }

  async function keptBytes({ repository, revision, hubUrl }: Extract<ModelSource, { kind: "hub" }>): Promise<number> {
    const models = await environment.models.list();
    const same = models.find(
      (model) =>
        model.repository === repository &&
        model.version === revision &&
        (model.hubUrl ?? DEFAULT_HUB) === (hubUrl ?? DEFAULT_HUB),
    );
    return same?.bytes ?? 0;
  }

  /** The token goes to the hub that it was typed for and to no other. */
  function withToken(source: ModelSource): ModelSource {
    const { token, hubUrl } = get().opening;
    if (source.kind !== "hub") return source;
    return { ...source, accessToken: token !== "" && source.hubUrl === hubUrl ? token : null };
  }

  /** A commit tells people nothing: it stands beside the name, not in it. */
  function named(source: ModelSource): ModelSource {
    return source.kind === "hub" && COMMIT.test(source.revision ?? "")
      ? { ...source, name: source.folder ? `${source.repository}/${source.folder}` : source.repository }
      : source;
  }

  const choose = async (source: ModelSource) => {
    // Nothing is lost but that somebody may be asked once more.
    await loadForeignHosts().then(
      ({ agree }) => agree(environment, source),
      () => {},
    );
    await inspect(withToken(named(source)), true);
  };
  const choosing: Opening = { step: "choosing", failure: null };

  return {
    choose,
    show() {
      const current = opening();
      if (current.step === "closed") go(choosing);
      else if ("shown" in current && !current.shown) go({ ...current, shown: true });
    },
    hide() {
      const current = opening();
      if (current.step === "loading") {
        go({ ...current, shown: false });
        return;
      }
      stop();
      go(CLOSED);
    },
    cancel() {
      const current = opening();
      stop();
      if (current.step === "loading" && current.source.kind !== "files") {
        const { source, needs, options, transfer, shown } = current;
        go({ step: "paused", source, needs, options, transfer, kept: null, shown });
        void lookUpKept(source);
      } else go(wasShown() && current.step !== "closed" ? choosing : CLOSED);
    },
    back() {
      stop();
      go(choosing);
    },
    setToken: (token) => patch("opening", { token: token.trim() }),
    async chooseAddress(address, byHand = false) {
      try {
        const { readAddress } = await loadForeignHosts();
        const { source, asks } = await readAddress(environment, address, byHand, get().opening.hubUrl);
        if (!asks) return await choose(source);
        stop();
        go({ step: "foreign", source: named(source) });
      } catch (error) {
        go({ step: "choosing", failure: failureOf(error) });
      }
    },
    async agree() {
      const current = opening();
      if (current.step === "foreign") await choose(current.source);
    },
    async chooseFiles(files) {
      const current = opening();
      if (files.size === 0) return;
      const [first = ""] = files.keys();
      const name = first.includes("/") ? first.slice(0, first.indexOf("/")) : "folder";
      if (current.step === "loading") go({ ...current, notice: oneAtATime(name, current.needs.name) });
      else await inspect({ kind: "files", name, files }, current.step !== "closed" && wasShown());
    },
    async chooseBundled(name) {
      const { status, bundled } = get().model;
      const chosen = bundled.find((entry) => entry.name === name);
      if (status === "ready" && chosen) {
        await inspect({ kind: "address", name: chosen.name, url: chosen.url }, false);
        return;
      }
      stop();
      go(CLOSED);
      await model.openBundled(name);
    },
    refuse(error) {
      const current = opening();
      if (current.step === "loading") {
        go({ ...current, notice: failureOf(error) });
        return;
      }
      stop();
      go({ step: "choosing", failure: failureOf(error) });
    },
    setOptions(options) {
      const current = opening();
      if (current.step === "asking") go({ ...current, options });
    },
    async countMemory(options, signal) {
      const current = opening();
      const mine = attempts.current();
      if (current.step !== "asking" || !mine) throw new PivotscopeError("cancelled", "Cancelled.");
      const engine = await mine.engine();
      return engine.countMemory(current.source, options, { signal });
    },
    async load() {
      const current = opening();
      if (current.step === "asking") {
        const mine = attempts.current() ?? begin();
        // Browsers clear what they have not promised to keep when space runs low. Asking changes nothing else.
        if (current.needs.bytesToFetch > 0 && current.source.kind === "hub")
          environment.models.persist().catch(() => {});
        await run(mine, current.source, current.needs, current.options, true);
      } else if (current.step === "paused") {
        await run(begin(), withToken(current.source), current.needs, current.options, current.shown);
      } else if (current.step === "failed") {
        const { source, during, shown } = current;
        if (during) await run(begin(), withToken(source), during.needs, during.options, shown);
        else await inspect(withToken(source), shown);
      }
    },
  };
}
