/** The model: which one, how far loading is, what the engine holds, and what stopped it. */
import { PivotscopeError } from "../core/errors.ts";
import type { LoadOptions, LoadProgress, ModelSource, ModelSummary } from "../engine/contract.ts";
import type { Context } from "./context.ts";
import { type Failure, failureOf, isCancelled } from "./failure.ts";
import type { Activity } from "./queue.ts";

/** A model that the page brings along. */
export interface BundledModel {
  readonly name: string;
  readonly label: string;
  /** Folder's address relative to the page. */
  readonly url: string;
}

export interface ModelState {
  /** `lost`: it had loaded, then the device or the worker went away. */
  readonly status: "none" | "loading" | "ready" | "failed" | "lost";
  readonly source: ModelSource | null;
  readonly bundled: readonly BundledModel[];
  readonly progress: LoadProgress | null;
  /** Of the model that was loaded last; stays when the device is lost, so that charts keep their layout. */
  readonly summary: ModelSummary | null;
  readonly failure: Failure | null;
  /** A folder that is being opened beside the model at hand, which stays until the new one has come. */
  readonly opening: { readonly name: string; readonly progress: LoadProgress | null } | null;
  /** Why the last folder could not be opened; the model at hand is untouched. */
  readonly openFailure: Failure | null;
  /** What the address asked for. */
  readonly backend: LoadOptions["backend"];
  readonly activity: Activity;
}

export const initialModel: ModelState = {
  status: "none",
  source: null,
  bundled: [],
  progress: null,
  summary: null,
  failure: null,
  opening: null,
  openFailure: null,
  backend: "auto",
  activity: { running: null, waiting: [] },
};

/** Where the list of bundled models lies, relative to the page. */
export const BUNDLED_INDEX = "models/index.json";

export interface ModelActions {
  /** Reads the list of bundled models and loads the one of this name, or the first. */
  openBundled(name: string | null): Promise<void>;
  load(source: ModelSource): Promise<void>;
  /** Opens a folder of the user's; the model at hand goes only when the new one is loaded. */
  openFolder(files: readonly File[]): Promise<void>;
  dismissOpenFailure(): void;
  /** Loads the model at hand again, in a new worker. */
  reload(): Promise<void>;
  /** The same on another backend. */
  reloadOn(backend: LoadOptions["backend"]): Promise<void>;
  /** Marks the model as lost when `error` says that the device or the worker went away. Returns whether it did. */
  noteLoss(error: unknown): boolean;
}

export function createModelActions(context: Context): ModelActions {
  const { environment, engine, patch, get } = context;
  let attempt = 0;
  let controller = new AbortController();

  function endEngine(): void {
    engine.current?.terminate();
    engine.current = null;
  }

  async function load(source: ModelSource): Promise<void> {
    attempt += 1;
    const current = attempt;
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    // A new worker per model: everything the old one held goes with it, and calls that wait for it are cancelled.
    endEngine();
    const { summary } = get().model;
    patch("model", {
      status: "loading",
      source,
      progress: null,
      failure: null,
      summary: summary?.name === source.name ? summary : null,
    });
    try {
      const loaded = await context.queue.run("load", signal, () => {
        const fresh = environment.createEngine();
        engine.current = fresh;
        const onProgress = (progress: LoadProgress) => {
          if (current === attempt) patch("model", { progress });
        };
        return fresh.load(source, { backend: get().model.backend }, { signal, onProgress });
      });
      if (current !== attempt) return;
      patch("model", { status: "ready", summary: loaded, progress: null });
    } catch (error) {
      if (current !== attempt || isCancelled(error)) return;
      endEngine();
      patch("model", { status: "failed", failure: failureOf(error), progress: null });
    }
  }

  async function openFolder(files: readonly File[]): Promise<void> {
    if (files.length === 0 || get().model.opening) return;
    // Files that were dropped one by one have no path, in older browsers not even the property.
    const pathOf = (file: File | undefined): string => file?.webkitRelativePath ?? "";
    const paths = new Map(files.map((file) => [pathOf(file) || file.name, file]));
    const name = pathOf(files[0]).split("/")[0] || "folder";
    const source: ModelSource = { kind: "files", name, files: paths };
    const fresh = environment.createEngine();
    patch("model", { opening: { name, progress: null }, openFailure: null });
    try {
      const summary = await fresh.load(
        source,
        { backend: get().model.backend },
        { onProgress: (progress) => patch("model", { opening: { name, progress } }) },
      );
      attempt += 1;
      controller.abort();
      endEngine();
      engine.current = fresh;
      patch("model", { status: "ready", source, summary, failure: null, progress: null, opening: null });
    } catch (error) {
      fresh.terminate();
      patch("model", { opening: null, openFailure: failureOf(error) });
    }
  }

  async function openBundled(name: string | null): Promise<void> {
    try {
      const bundled = parseBundledIndex(await environment.readJson(BUNDLED_INDEX));
      patch("model", { bundled });
      const chosen = bundled.find((model) => model.name === name) ?? bundled[0];
      if (chosen) await load({ kind: "address", name: chosen.name, url: environment.absoluteUrl(chosen.url) });
    } catch (error) {
      patch("model", { status: "failed", failure: failureOf(error) });
    }
  }

  async function reload(): Promise<void> {
    const { source } = get().model;
    await (source ? load(source) : openBundled(null));
  }

  return {
    load,
    openFolder,
    dismissOpenFailure: () => patch("model", { openFailure: null }),
    openBundled,
    reload,
    async reloadOn(backend) {
      patch("model", { backend });
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

/** Reads models/index.json. @throws PivotscopeError `bad-input` naming the field that is wrong. */
export function parseBundledIndex(json: unknown): readonly BundledModel[] {
  const list = isRecord(json) && Array.isArray(json.models) ? json.models : Array.isArray(json) ? json : null;
  if (!list || list.length === 0) {
    throw new PivotscopeError("bad-input", `${BUNDLED_INDEX} lists no models.`, "Restore the file from the project.");
  }
  return list.map((entry: unknown, index) => {
    const field = (name: string): string => {
      const value = isRecord(entry) ? entry[name] : undefined;
      if (typeof value === "string" && value !== "") return value;
      throw new PivotscopeError(
        "bad-input",
        `${BUNDLED_INDEX}: models[${index}].${name} is ${JSON.stringify(value)}; text is expected.`,
      );
    };
    return { name: field("name"), label: field("label"), url: field("url") };
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
