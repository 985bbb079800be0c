/** The history in this browser's storage: one list, the latest first. Loaded with the first measurement, or with its tab. */
import * as v from "valibot";
import { nameOfText } from "../../../core/content-name.ts";
import { type FieldSource, readJson, textSource } from "../../../core/json/read.ts";
import { flag, integer, list, number, object, text } from "../../../core/json/schemas.ts";
import { prunedKey } from "../../../core/provenance.ts";
import { encodeSharedState } from "../../address/url.ts";
import { sharedState } from "../../address/url-sync.ts";
import type { Context } from "../../context.ts";
import type { RecordStore } from "../../environment.ts";
import { prunedAtHand } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import { meanKl } from "../measurement/mean-kl.ts";
import { KEPT } from "../pins/pins-state.ts";
import type { HistoryEntry } from "./history-state.ts";

/** Lines that are kept; one takes a kilobyte or so. */
export const MOST_ENTRIES = 200;

/** Characters of an answer that a line repeats: a broken model may never come to an end. */
const LISTED_ANSWER = 80;

const LIST = "history";
const share = number(0, 1);

const entries = list(
  object({
    ...{ id: text, at: integer(0), model: text, weightHash: text, method: text, file: v.nullable(text) },
    ...{ asked: share, reached: share, hash: text, picture: text, content: text, question: text },
    ...{ matches: flag, dense: v.nullable(text), pruned: v.nullable(text), meanKl: number(0) },
    ...{ link: v.nullable(text), unopened: v.nullable(text) },
  }),
);

/** Lines of a file. @throws PivotscopeError of the source, naming the field at fault. */
export function parseHistory(found: unknown, source: FieldSource): readonly HistoryEntry[] {
  return readJson(entries, found, source);
}

/** All lines. Rejects where the browser refuses. */
export async function readHistory(records: RecordStore): Promise<readonly HistoryEntry[]> {
  const [found] = await records.read(LIST);
  try {
    return parseHistory(found ?? [], textSource(LIST));
  } catch {
    // Of another version of the page: a history that cannot be read is none.
    return [];
  }
}

/** Changes the list while no other tab does. Rejects where the browser refuses. */
async function change(
  records: RecordStore,
  to: (before: readonly HistoryEntry[]) => readonly HistoryEntry[],
): Promise<readonly HistoryEntry[]> {
  let after: readonly HistoryEntry[] = [];
  await records.alone(LIST, async () => {
    after = to(await readHistory(records)).slice(0, MOST_ENTRIES);
    await records.replace(LIST, after);
  });
  return after;
}

/** Puts a line first, in place of an earlier one of the same. */
export function addToHistory(records: RecordStore, entry: HistoryEntry): Promise<readonly HistoryEntry[]> {
  return change(records, (before) => [entry, ...before.filter(({ id }) => id !== entry.id)]);
}

/** Puts lines of a file where their time has them; those that are there already stay. */
export function mergeHistory(records: RecordStore, entries: readonly HistoryEntry[]): Promise<readonly HistoryEntry[]> {
  return change(records, (before) => {
    const known = new Set(before.map(({ id }) => id));
    return [...before, ...entries.filter(({ id }) => !known.has(id))].sort((one, other) => other.at - one.at);
  });
}

/** Forgets the lines that `which` picks. */
export function forgetHistory(
  records: RecordStore,
  which: (entry: HistoryEntry) => boolean,
): Promise<readonly HistoryEntry[]> {
  return change(records, (before) => before.filter((entry) => !which(entry)));
}

/** Notes the result that is shown, where it is settled. Rejects where the browser refuses. */
export async function noteAtHand({ environment, get, patch }: Context): Promise<void> {
  const entry = entryAtHand(get(), environment.date());
  if (entry) patch("history", { entries: await addToHistory(environment.records, entry) });
}

/** A line for the result that is shown; null while it is not settled, or not the one at hand. */
function entryAtHand(state: WorkbenchState, at: number): HistoryEntry | null {
  const { shown } = state.measurement;
  const of = prunedAtHand(state);
  if (!shown?.answer || !of || prunedKey(of) !== prunedKey(shown.of)) return null;
  const { model, plan, input } = of;
  const { matches, dense, pruned } = shown.answer;
  const unopened = whyNot(state);
  const shared = sharedState(state);
  // A line is opened long after what was pinned beside it is gone.
  const pins = shared.pins.filter(({ method }) => !method.startsWith(KEPT));
  const short = (answer: string | null) => (answer === null ? null : answer.slice(0, LISTED_ANSWER));
  return {
    ...{ id: nameOfText(prunedKey(of)), at, model: model.label, weightHash: model.weightHash },
    ...{ method: plan.method, file: plan.file ?? null, asked: plan.asked, reached: plan.reached, hash: plan.hash },
    ...{ picture: input.picture, content: input.content, question: input.question },
    ...{ matches, dense: short(dense), pruned: short(pruned) },
    meanKl: meanKl(shown.measurement),
    // The question stands there even where it is the example's own: another may be asked by then.
    link: unopened === null ? encodeSharedState({ ...shared, question: input.question, tab: null, pins }) : null,
    unopened,
  };
}

/** Why an address cannot open the page as it stands. */
function whyNot({ model, input: { picture }, pruning }: WorkbenchState): string | null {
  if (model.source?.kind === "files") return "Its model is a folder of yours: open that first, then measure again.";
  if (pruning.opened?.keptAs === null) return `Its plan is the file ${pruning.opened.file}: open that again.`;
  if (picture && picture.exampleId === null && picture.scene === null && picture.keptAs === null) {
    return "This browser does not keep its picture: choose that again.";
  }
  return null;
}
