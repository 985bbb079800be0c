/** Notes what has been measured where the thumb rests, and forgets it on request; what does it is loaded with the first. */
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

export function createHistoryActions(context: Context): HistoryActions {
  const { environment, get, patch } = context;
  let callOff = () => {};

  async function change(work: Promise<readonly HistoryEntry[]>): Promise<void> {
    patch(
      "history",
      await work.then(
        (entries) => ({ entries, failure: null }),
        (error) => ({ failure: failureOf(error) }),
      ),
    );
  }

  return {
    note() {
      callOff();
      if (!get().measurement.shown?.answer) return;
      // What cannot be kept is no history; the result itself is on the screen.
      const write = () =>
        void loadRecords()
          .then(({ noteAtHand }) => noteAtHand(context))
          .catch(() => {});
      callOff = environment.after(LOOKED_AT, write);
    },
    refresh: () => change(loadRecords().then(({ readHistory }) => readHistory(environment.records))),
    forget(entries) {
      const ids = entries.map(({ id }) => id);
      const forgetting = loadRecords().then(({ forgetHistory }) =>
        forgetHistory(environment.records, ({ id }) => ids.includes(id)),
      );
      return change(forgetting);
    },
  };
}
