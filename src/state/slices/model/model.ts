/** The model: which one, how far loading is, what the engine holds, and what stopped it. */

import { PivotscopeError } from "../../../core/errors.ts";
import { onDemand } from "../../../core/on-demand.ts";
import type { LoadOptions, LoadProgress, ModelSummary } from "../../../engine/contract.ts";
import type { WorkerEngine } from "../../../engine/worker/client.ts";
import type { ModelSource } from "../../../models/model-source.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import { createJob } from "../../job.ts";
import { NEVER } from "../../queue.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { RunOptions } from "./model-opening-steps.ts";
import type { BundledModel, ModelState } from "./model-state.ts";

/** Where the list of bundled models lies, relative to the page. */
const BUNDLED_INDEX = "models/index.json";

/** The reader is not part of the first screen; it comes beside the file. */
const loadIndexReader = onDemand(() => import("./bundled-index.ts"));

export interface ModelActions {
  /**
   * Reads the list of bundled models, where that has not been done, and loads the one of this name, or the first. A model
   * that works stays when the list cannot be read.
   */
  openBundled(name: string | null): Promise<void>;
  load(source: ModelSource, options: RunOptions): Promise<void>;
  /** Puts a model that has been loaded in its own engine in place of the one at hand. */
  take(engine: WorkerEngine, source: ModelSource, summary: ModelSummary, options: RunOptions): Promise<void>;
  /** Loads the model at hand again, in a new worker. */
  reload(): Promise<void>;
  /** The same on another backend. */
  reloadOn(backend: LoadOptions["backend"]): Promise<void>;
  /** Marks the model as lost when `error` says that the device or the worker went away. Returns whether it did. */
  noteLoss(error: unknown): boolean;
}

export function createModelActions(context: Context): ModelActions {
  const { environment, engine, patch, get } = context;
  const job = createJob<LoadProgress, Partial<ModelState>>(context, {
    kind: "load",
    onError: () => {},
    show(shown, change) {
      if (shown.status === "failed") {
        endEngine();
        patch("model", { status: "failed", failure: shown.failure, progress: null });
      } else if (shown.status === "done") patch("model", { ...change, status: "ready", progress: null });
      else if (shown.status !== "cancelled") patch("model", { ...change, progress: shown.progress });
    },
  });

  function endEngine(): void {
    engine.current?.terminate();
    engine.current = null;
  }

  async function load(source: ModelSource, options: RunOptions): Promise<void> {
    job.drop();
    // A new worker per model: everything the old one held goes with it, and calls that wait for it are cancelled.
    endEngine();
    const { summary } = get().model;
    await job.start(
      async ({ signal, report, inQueue }) => {
        const loaded = await inQueue(() => {
          const fresh = environment.createEngine();
          engine.current = fresh;
          return fresh.load(source, options, { signal, onProgress: report });
        });
        return { summary: loaded };
      },
      { status: "loading", source, options, failure: null, summary: summary?.name === source.name ? summary : null },
    );
  }

  async function bundledModels(): Promise<readonly BundledModel[]> {
    const known = get().model.bundled;
    if (known.length > 0) return known;
    const [json, { parseBundledIndex }] = await Promise.all([environment.readJson(BUNDLED_INDEX), loadIndexReader()]);
    const listed = parseBundledIndex(json, BUNDLED_INDEX);
    return listed.map((model) => ({ ...model, url: environment.absoluteUrl(model.url) }));
  }

  async function openBundled(name: string | null): Promise<void> {
    try {
      const bundled = await bundledModels();
      const named = bundled.find((model) => model.name === name);
      patch("model", { bundled, unknown: named ? null : name });
      const chosen = named ?? bundled[0];
      if (chosen) await load({ kind: "address", name: chosen.name, url: chosen.url }, get().model.wish);
    } catch (error) {
      const { status } = get().model;
      if (status !== "ready" && status !== "loading") patch("model", { status: "failed", failure: failureOf(error) });
    }
  }

  async function reload(): Promise<void> {
    const { source, options } = get().model;
    await (source ? load(source, options) : openBundled(null));
  }

  return {
    load,
    async take(fresh, source, summary, options) {
      job.drop();
      endEngine();
      context.queue.clear();
      // What ran on the engine before ends as cancelled first, so that nothing of it arrives after the new model.
      await context.queue.run("load", NEVER, async () => {
        engine.current = fresh;
      });
      patch("model", { status: "ready", source, summary, options, failure: null, progress: null, unknown: null });
    },
    openBundled,
    reload,
    async reloadOn(backend) {
      patch("model", { options: { ...get().model.options, backend } });
      await reload();
    },
    noteLoss(error) {
      const closed = engine.current?.failure ?? null;
      if (!closed && !(error instanceof PivotscopeError && error.code === "device-lost")) return false;
      patch("model", { status: "lost", failure: failureOf(closed ?? error) });
      return true;
    },
  };
}

/** Whether the model at hand is one that the page brings along: those were trained on the page's own scenes. */
export function isBundled({ model: { source, bundled } }: Pick<WorkbenchState, "model">): boolean {
  return source?.kind === "address" && bundled.some(({ url }) => url === source.url);
}

/** What people call a model; its name, unless it is one that the page brings along. */
export function labelOf(name: string, { bundled, source, summary }: WorkbenchState["model"]): string {
  const entry = bundled.find((one) => one.name === name);
  // A checkpoint from elsewhere may have the name of one that the page brings along.
  const stranger =
    (summary === null || summary.name === name) && !(source?.kind === "address" && source.url === entry?.url);
  return entry && !stranger ? entry.label : name;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names how a model runs, for what is computed with it: ways agree within a tolerance, not to the last bit. */
export function runName({ backend, precision }: Pick<ModelSummary, "backend" | "precision">): string {
  return precision === "float32" ? backend : `${backend} ${precision}`;
}
