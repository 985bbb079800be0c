/** Notes what has been measured where the thumb rests, and forgets it on request. */
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import type { HistoryEntry } from "./history-state.ts";

const loadRecords = onDemand(() => import("./history-records.ts"));

/** Milliseconds that a settled result is looked at before it counts as measured: ratios that are only passed do not. */
export const LOOKED_AT = 1000;

export interface HistoryActions {
  /** To be called whenever another result is shown. */
  note(): void;
  /** Reads what there is. */
  refresh(): Promise<void>;
  /** Forgets these lines. */
  forget(entries: readonly HistoryEntry[]): Promise<void>;
}

export function createHistoryActions({ environment, get, patch }: Context): HistoryActions {
  const { records } = environment;
  let callOff = () => {};

  async function write(): Promise<void> {
    const { shown } = get().measurement;
    const { addToHistory, entryAtHand } = await loadRecords();
    if (get().measurement.shown !== shown) return;
    const entry = entryAtHand(get(), environment.date());
    if (entry) patch("history", { entries: await addToHistory(records, entry) });
  }

  return {
    note() {
      callOff();
      if (!get().measurement.shown?.answer) return;
      // What cannot be kept is no history; the result itself is on the screen.
      callOff = environment.after(LOOKED_AT, () => void write().catch(() => undefined));
    },
    async refresh() {
      try {
        patch("history", { entries: await (await loadRecords()).readHistory(records), failure: null });
      } catch (error) {
        patch("history", { failure: failureOf(error) });
      }
    },
    async forget(entries) {
      const ids = new Set(entries.map(({ id }) => id));
      try {
        const { forgetHistory } = await loadRecords();
        patch("history", { entries: await forgetHistory(records, ({ id }) => ids.has(id)), failure: null });
      } catch (error) {
        patch("history", { failure: failureOf(error) });
      }
    },
  };
}
