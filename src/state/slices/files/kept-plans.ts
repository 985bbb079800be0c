/**
 * Plans that were shown from files, kept in this browser under a name of their content, so that a reload, a step back or a
 * line of the history shows them again. The last few of them; links give others the name, never the plan.
 */
import { readJson, textSource } from "../../../core/json/read.ts";
import { anyObject, object, text } from "../../../core/json/schemas.ts";
import { parsePlan } from "../../../core/parse-plan.ts";
import type { Plan } from "../../../core/plan.ts";
import type { RecordStore } from "../../environment.ts";
import { createNamedRecords, type NamedRecords } from "../named-records.ts";
import type { Limits } from "../within-limits.ts";

/** Of all; one of 83,000 units takes 4 MB or so. */
export const PLAN_LIMITS: Limits = { most: 8, bytes: 60e6 };

const PLANS = { index: "opened-plans", kind: "opened-plan", limits: PLAN_LIMITS, largest: 30e6 };

export interface FilePlan {
  /** The name of the file that it was read from. */
  readonly file: string;
  readonly plan: Plan;
}

export interface KeptPlans extends Pick<NamedRecords, "list" | "remove"> {
  /** Keeps it under a name of the file's name and of all that is in it; otherwise as `NamedRecords`. */
  keep(opened: FilePlan): Promise<string>;
  find(name: string): Promise<FilePlan | "damaged" | null>;
}

const recordSchema = object({ file: text, plan: anyObject });

/** @param date milliseconds since 1970. */
export function createKeptPlans(records: RecordStore, date: () => number): KeptPlans {
  const { keep, find, list, remove } = createNamedRecords(records, date, PLANS);
  return {
    ...{ list, remove },
    keep: ({ file, plan }) =>
      keep(JSON.stringify({ file, plan }), { title: file, model: plan.model.name, content: "" }),
    find: (name) =>
      find(name, (json) => {
        const { file, plan } = readJson(recordSchema, JSON.parse(json), textSource("record"));
        return { file, plan: parsePlan(JSON.stringify(plan)) };
      }),
  };
}
