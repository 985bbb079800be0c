/**
 * The steps in which a model is opened beside the one at hand, as a type: each step carries exactly what is known in it.
 *
 *     closed → choosing → inspecting → asking → loading → closed, with the new model at hand
 *            ↘ foreign ↗  (a host that a link names)
 *                                             ↘ paused ↗   (cancelled; what the browser keeps stays)
 *                          any of them → failed → again, or another choice
 */
import type { LoadOptions, LoadProgress, ModelChoice, ModelNeeds } from "../../../engine/contract.ts";
import type { ModelSource } from "../../../models/model-source.ts";
import type { Failure } from "../../failure.ts";
import type { Transfer } from "./model-transfer.ts";

/** How a model shall run; every part is named. */
export type RunOptions = Required<LoadOptions>;

export const AUTOMATIC: RunOptions = { backend: "auto", precision: "auto" };

/** Steps that may go on without the dialog; then a line under the header stands for it. */
interface Shown {
  readonly shown: boolean;
}

export type Opening =
  | { readonly step: "closed" }
  | { readonly step: "choosing"; readonly failure: Failure | null }
  /** Nothing has been asked of the source's host, and nothing is before somebody says yes. */
  | { readonly step: "foreign"; readonly source: ModelSource }
  | ({
      readonly step: "inspecting";
      readonly source: ModelSource;
      readonly progress: LoadProgress | null;
    } & Shown)
  | {
      readonly step: "asking";
      readonly source: ModelSource;
      readonly needs: ModelNeeds;
      readonly options: RunOptions;
    }
  | ({
      readonly step: "loading";
      readonly source: ModelSource;
      readonly needs: ModelNeeds;
      readonly options: RunOptions;
      readonly transfer: Transfer | null;
      /** Why something that came in meanwhile is not opened. */
      readonly notice: Failure | null;
    } & Shown)
  | ({
      readonly step: "paused";
      readonly source: ModelSource;
      readonly needs: ModelNeeds;
      readonly options: RunOptions;
      readonly transfer: Transfer | null;
      /** Bytes of it that this browser keeps, so that they need not come again; null until that is known. */
      readonly kept: number | null;
    } & Shown)
  | FailedOpening;

export interface FailedOpening extends Shown {
  readonly step: "failed";
  readonly source: ModelSource;
  /** What broke off: the first look, or loading, which can be taken up again. */
  readonly during: { readonly needs: ModelNeeds; readonly options: RunOptions } | null;
  readonly failure: Failure;
}

export const CLOSED: Opening = { step: "closed" };

/** Whether the dialog stands on the page. */
export function dialogShown(opening: Opening): boolean {
  switch (opening.step) {
    case "closed":
      return false;
    case "inspecting":
    case "loading":
    case "paused":
    case "failed":
      return opening.shown;
    default:
      return true;
  }
}

/** The way to run it that `options` lead to; null when none is known. */
export function choiceOf({ choices }: ModelNeeds, { backend, precision }: RunOptions): ModelChoice | null {
  const matches = choices.filter(
    (choice) =>
      (backend === "auto" || choice.backend === backend) && (precision === "auto" || choice.precision === precision),
  );
  return (backend === "auto" && precision === "auto" ? choices[0] : matches[0]) ?? null;
}

/** Options that lead to this choice. The precision stays open where it is what the backend takes by itself. */
export function optionsFor({ choices }: ModelNeeds, { backend, precision }: ModelChoice): RunOptions {
  const usual = choices.find((choice) => choice.backend === backend);
  return { backend, precision: usual?.precision === precision ? "auto" : precision };
}

/** What is selected at first: the wish, else what the engine takes by itself, else the first way that fits. */
export function firstOptions(needs: ModelNeeds, wish: RunOptions): RunOptions {
  const usable = [wish, AUTOMATIC].find((options) => choiceOf(needs, options)?.fits);
  const fitting = needs.choices.find(({ fits }) => fits);
  return usable ?? (fitting ? optionsFor(needs, fitting) : AUTOMATIC);
}

/** The same source, held to the version that was looked at, so that what is loaded is what was asked about. */
export function pinned(source: ModelSource, needs: ModelNeeds): ModelSource {
  return source.kind === "hub" && needs.version !== "" ? { ...source, revision: needs.version } : source;
}

/**
 * Whether loading broke off and can go on from there. What failed knows: nothing is kept of addresses, in private windows,
 * or of files with a wrong hash.
 */
export function resumable({ during, failure }: FailedOpening): boolean {
  return during !== null && failure.resumable === true;
}
