/**
 * Results of experiments in this browser: appended to as they come, read under the key of what they were measured from.
 * A list says what there is, so that the oldest ones make room and people can remove any.
 */
import { reasonOf } from "../../../core/errors.ts";
import type { ExperimentResult } from "../../../core/experiments/experiment.ts";
import type { RecordStore } from "../../environment.ts";
import { isRecord } from "../model/model.ts";
import { type Limits, withinLimits } from "../within-limits.ts";
import { joinParts, partBetween } from "./experiments-parts.ts";
import type { KeptResult } from "./kept-result.ts";
import { recordSize } from "./record-size.ts";

/** Results that are kept: the latest of them, as many as fit both limits, and always the latest one. */
export const MOST_RESULTS = 50;
export const MOST_RESULT_BYTES = 200e6;
export const RESULT_LIMITS: Limits = { most: MOST_RESULTS, bytes: MOST_RESULT_BYTES };

export interface KeptResults {
  /** What is kept under `key`; null where there is nothing, or where the browser refuses. */
  read(key: string): Promise<ExperimentResult | null>;
  /** Keeps what `after` has beyond `before`; all of it where `key` is not in the list. */
  append(key: string, before: ExperimentResult | null, after: ExperimentResult): Promise<void>;
  /** What there is, the latest first. Rejects where the browser refuses. */
  list(): Promise<readonly KeptResult[]>;
  /** Forgets these. Rejects where the browser refuses. */
  remove(keys: readonly string[]): Promise<void>;
}

/** The list's own name. Keys of results are JSON of a list. */
const LIST = "experiments";
const isResultKey = (key: string) => key.startsWith("[");

/** @param onRefusal told in a sentence why the browser does not keep results. */
export function createKeptResults(
  records: RecordStore,
  date: () => number,
  onRefusal: (sentence: string) => void,
): KeptResults {
  let adopted = false;

  /** The list; what lies there without being in it, as earlier versions left it, is put at its end, once. */
  async function readList(): Promise<readonly KeptResult[]> {
    const [found] = await records.read(LIST);
    const listed = (Array.isArray(found) ? found : []).filter(isKept);
    if (adopted) return listed;
    const known = new Set(listed.map(({ key }) => key));
    const strays: KeptResult[] = [];
    for (const key of await records.keys()) {
      if (!isResultKey(key) || known.has(key)) continue;
      const parts = await records.read(key);
      strays.push({ key, about: aboutOf(joinParts(parts)), bytes: recordSize(parts), at: null });
    }
    if (strays.length > 0) await records.replace(LIST, [...listed, ...strays]);
    adopted = true;
    return [...listed, ...strays];
  }

  return {
    async read(key) {
      try {
        return joinParts(await records.read(key));
      } catch (error) {
        onRefusal(refusal(error));
        return null;
      }
    },
    async append(key, before, after) {
      try {
        await records.alone(LIST, async () => {
          const list = await readList();
          const known = before ? list.find((kept) => kept.key === key) : undefined;
          const part = partBetween(known ? before : null, after);
          if (!part) return;
          // Without its head a list of parts cannot be read: what lies there is from another version, or was removed.
          if (!known) await records.remove(key);
          await records.append(key, part);
          const bytes = (known?.bytes ?? 0) + recordSize(part);
          const latest: KeptResult = { key, about: aboutOf(after), bytes, at: date() };
          const { stay, go } = withinLimits([latest, ...list.filter((kept) => kept.key !== key)], RESULT_LIMITS);
          await records.replace(LIST, stay);
          for (const old of go) await records.remove(old.key);
        });
      } catch (error) {
        onRefusal(refusal(error));
      }
    },
    async list() {
      let list: readonly KeptResult[] = [];
      await records.alone(LIST, async () => {
        list = await readList();
      });
      return list;
    },
    async remove(keys) {
      await records.alone(LIST, async () => {
        const list = await readList();
        await records.replace(
          LIST,
          list.filter(({ key }) => !keys.includes(key)),
        );
        for (const key of keys) await records.remove(key);
      });
    },
  };
}

function aboutOf(result: ExperimentResult | null): KeptResult["about"] {
  if (!result) return null;
  const { model, description, cells, samples } = result;
  const measured = cells.reduce((sum, { records }) => sum + records.length, 0);
  return { model: model.name, description, cells: cells.length, samples, measured };
}

function isKept(value: unknown): value is KeptResult {
  return (
    isRecord(value) &&
    typeof value.key === "string" &&
    typeof value.bytes === "number" &&
    (value.at === null || typeof value.at === "number") &&
    (value.about === null || (isRecord(value.about) && isRecord(value.about.description)))
  );
}

function refusal(error: unknown): string {
  const reason = reasonOf(error);
  const full = error instanceof Error && error.name === "QuotaExceededError";
  return full
    ? "This browser's storage is full: results stay on the page, but not over a reload. Open model lists what can be removed."
    : `This browser keeps nothing (${reason}): results stay on the page, but not over a reload.`;
}
