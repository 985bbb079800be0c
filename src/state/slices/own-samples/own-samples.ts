/**
 * Own samples: pictures with questions that somebody collects to calibrate and measure on in place of the model's set.
 * The list is kept in this browser; `used` is what of it stands in for the model's set, until it is used anew.
 */
import { onDemand } from "../../../core/on-demand.ts";
import type { ModelSummary } from "../../../engine/contract.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { OwnListActions } from "./own-samples-list.ts";
import { nameSet } from "./own-samples-pictures.ts";
import type { OwnRecords } from "./own-samples-records.ts";
import type { OwnEntry, UsedSamples } from "./own-samples-state.ts";

const loadRecords = onDemand(() => import("./own-samples-records.ts"));
const loadList = onDemand(() => import("./own-samples-list.ts"));

export interface OwnSamplesActions extends OwnListActions {
  setOpen(open: boolean): void;
  /** What new pictures are to be asked, as it is typed. */
  setAsked(question: string): void;
  /** Takes the list as it stands in place of the model's set. */
  use(): void;
  /** Takes the model's set again. */
  release(): void;
  /** Reads what this browser keeps; once, if that goes well. */
  restore(): Promise<void>;
  /** Another model has come: it is given the list where it was used with these weights before. */
  welcome(summary: ModelSummary): Promise<void>;
}

export function createOwnSamplesActions(context: Context, onLoss: (error: unknown) => boolean): OwnSamplesActions {
  const { patch, get, environment } = context;
  /** Weights that the list was last used with. */
  let usedWith: string | null = null;
  let restored: Promise<boolean> | null = null;
  let records: OwnRecords | null = null;
  let list: OwnListActions | null = null;

  /** Exchanges the list with what is kept. Whether that went through. What does it is loaded after the page. */
  async function sync(): Promise<boolean> {
    try {
      const { createOwnRecords } = await loadRecords();
      records ??= createOwnRecords(environment.records, {
        current: () => ({ entries: get().ownSamples.entries, usedWith }),
        take(samples, elsewhere) {
          usedWith = samples.usedWith;
          const note = elsewhere ? "Another tab has changed the list; its changes are in it." : "";
          patch("ownSamples", { entries: samples.entries, ...(note ? { note } : {}) });
        },
        onRefusal: (notKept) => patch("ownSamples", { notKept }),
      });
    } catch {
      patch("ownSamples", { notKept: "A part of the page could not be loaded: the samples are not kept." });
      return false;
    }
    return records.sync();
  }

  function keep(): void {
    void sync();
  }

  /** Does something with the list: at once where that part of the page is there. Undefined where it cannot be loaded. */
  async function withList<Result>(work: (list: OwnListActions) => Promise<Result>): Promise<Result | undefined> {
    try {
      if (!list) {
        const { createOwnList } = await loadList();
        list ??= createOwnList(context, onLoss, keep);
      }
    } catch (error) {
      patch("ownSamples", { failure: failureOf(error) });
      return undefined;
    }
    return work(list);
  }

  async function restore(): Promise<void> {
    restored ??= sync();
    // What could not be read may be readable the next time.
    if (!(await restored)) restored = null;
  }

  return {
    setOpen(open) {
      patch("ownSamples", { open, failure: null, note: "" });
      if (!open) return;
      // Another tab may have changed the list since.
      keep();
      void withList(async () => {});
    },
    setAsked: (asked) => patch("ownSamples", { asked }),
    addCurrent: () => withList((own) => own.addCurrent()),
    addFiles: (files, question) => withList((own) => own.addFiles(files, question)),
    edit: async (number, change) => (await withList((own) => own.edit(number, change))) ?? false,
    remove: (number) => withList((own) => own.remove(number)),
    undo: () => withList((own) => own.undo()),
    writeTraces: () => withList((own) => own.writeTraces()),
    cancel: () => list?.cancel(),
    save: async () => (await withList((own) => own.save())) ?? null,
    openFile: (file) => withList((own) => own.openFile(file)),
    use() {
      const { entries } = get().ownSamples;
      const { summary } = get().model;
      if (entries.length === 0 || !summary) return;
      usedWith = summary.weightHash;
      patch("ownSamples", { used: { key: nameSet(entries), entries }, failure: null, note: "" });
      keep();
    },
    release() {
      usedWith = null;
      patch("ownSamples", { used: null });
      keep();
    },
    restore,
    async welcome({ weightHash }) {
      list?.cancel();
      patch("ownSamples", { used: null });
      await restore();
      const { entries } = get().ownSamples;
      if (usedWith !== weightHash || entries.length === 0 || get().model.summary?.weightHash !== weightHash) return;
      patch("ownSamples", { used: { key: nameSet(entries), entries } });
    },
  };
}

/** How many own samples stand in for the model's set; null when none do. */
export function usedCount({ ownSamples }: WorkbenchState): number | null {
  return ownSamples.used?.entries.length ?? null;
}

/** How many samples there are to calibrate on, own ones or the model's; 0 while there is no model. */
export function samplesAtHand(state: WorkbenchState): number {
  return usedCount(state) ?? state.model.summary?.calibrationSamples ?? 0;
}

/** Whether the list is no longer what is used. */
export function usedOutdated({ ownSamples: { used, entries } }: WorkbenchState): boolean {
  return used !== null && used.entries !== entries && !sameSet(used, entries);
}

function sameSet(used: UsedSamples, entries: readonly OwnEntry[]): boolean {
  return used.entries.length === entries.length && used.key === nameSet(entries);
}
