/**
 * Plans that were shown from files, kept in this browser under a name of their content, so that a reload, a step back or a
 * line of the history shows them again. The last few of them; links give others the name, never the plan.
 */
import { nameOfText } from "../../../core/content-name.ts";
import { PivotscopeError } from "../../../core/errors.ts";
import { formatBytes } from "../../../core/format-bytes.ts";
import { readJson, textSource } from "../../../core/json/read.ts";
import { anyObject, integer, list, object, text } from "../../../core/json/schemas.ts";
import { parsePlan } from "../../../core/parse-plan.ts";
import type { Plan } from "../../../core/plan.ts";
import type { RecordStore } from "../../environment.ts";
import { type Limits, withinLimits } from "../within-limits.ts";

/** Of all; one of 83,000 units takes 4 MB or so. */
export const PLAN_LIMITS: Limits = { most: 8, bytes: 60e6 };
/** Bytes of one. */
export const LARGEST_PLAN = 30e6;

const LIST = "opened-plans";
const placeOf = (name: string) => `opened-plan ${name}`;

export interface FilePlan {
  /** The name of the file that it was read from. */
  readonly file: string;
  readonly plan: Plan;
}

/** What is known of one that is kept. */
export interface KeptPlan {
  readonly name: string;
  readonly bytes: number;
  /** When it was last opened, milliseconds since 1970. */
  readonly at: number;
  readonly file: string;
  /** The model that it was made for. */
  readonly model: string;
}

/** Each rejects where the browser refuses. */
export interface KeptPlans {
  /**
   * Keeps it in place of the oldest.
   * @returns the name that it is kept under: of the file's name and of all that is in it.
   * @throws PivotscopeError `unsupported` for one that is too large.
   */
  keep(opened: FilePlan): Promise<string>;
  /** What is kept under this name, as it was; "damaged" for what is not, which is dropped; null where nothing is. */
  find(name: string): Promise<FilePlan | "damaged" | null>;
  /** What there is, the latest first. */
  list(): Promise<readonly KeptPlan[]>;
  remove(names: readonly string[]): Promise<void>;
}

const listSchema = list(object({ name: text, bytes: integer(0), at: integer(0), file: text, model: text }));
const recordSchema = object({ file: text, plan: anyObject });

/** @param date milliseconds since 1970. */
export function createKeptPlans(records: RecordStore, date: () => number): KeptPlans {
  async function readList(): Promise<readonly KeptPlan[]> {
    const [found] = await records.read(LIST);
    try {
      return readJson(listSchema, found ?? [], textSource(LIST));
    } catch {
      return [];
    }
  }

  async function remove(names: readonly string[]): Promise<void> {
    await records.alone(LIST, async () => {
      const known = await readList();
      await records.replace(
        LIST,
        known.filter(({ name }) => !names.includes(name)),
      );
      for (const name of names) await records.remove(placeOf(name));
    });
  }

  return {
    list: readList,
    remove,
    async keep({ file, plan }) {
      const json = JSON.stringify({ file, plan });
      const bytes = 2 * json.length;
      if (bytes > LARGEST_PLAN) {
        const [found, most] = [formatBytes(bytes), formatBytes(LARGEST_PLAN)];
        throw new PivotscopeError("unsupported", `it takes ${found}; up to ${most} are kept`);
      }
      const name = nameOfText(json);
      await records.alone(LIST, async () => {
        const others = (await readList()).filter((one) => one.name !== name);
        await records.replace(placeOf(name), json);
        const latest: KeptPlan = { name, bytes, at: date(), file, model: plan.model.name };
        const { stay, go } = withinLimits([latest, ...others], PLAN_LIMITS);
        await records.replace(LIST, stay);
        for (const old of go) await records.remove(placeOf(old.name));
      });
      return name;
    },
    async find(name) {
      const [found] = await records.read(placeOf(name));
      if (found === undefined) return null;
      const opened = unseal(found, name);
      if (!opened) await remove([name]);
      return opened ?? "damaged";
    },
  };
}

/** Null for a record that is not as it was written under this name, or that another version of the page wrote. */
function unseal(found: unknown, name: string): FilePlan | null {
  if (typeof found !== "string" || nameOfText(found) !== name) return null;
  try {
    const { file, plan } = readJson(recordSchema, JSON.parse(found), textSource("record"));
    return { file, plan: parsePlan(JSON.stringify(plan)) };
  } catch {
    return null;
  }
}
