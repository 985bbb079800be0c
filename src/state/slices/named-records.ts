/**
 * Texts in this browser's storage, each under a name of its content, with a list that says what there is: the latest few,
 * within limits. Whoever has the name finds the text as it was written, or nothing.
 */
import { nameOfText } from "../../core/content-name.ts";
import { PivotscopeError } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import { readJson, textSource } from "../../core/json/read.ts";
import { integer, list, object, text } from "../../core/json/schemas.ts";
import type { RecordStore } from "../environment.ts";
import { type Limits, withinLimits } from "./within-limits.ts";

/** What is known of one that is kept. */
export interface NamedRecord {
  readonly name: string;
  readonly bytes: number;
  /** When it was last kept, milliseconds since 1970. */
  readonly at: number;
  /** What it is called. */
  readonly title: string;
  /** The model that it is of. */
  readonly model: string;
  /** Names the picture that it is about; empty without one. */
  readonly content: string;
}

export interface NamedRecordsOptions {
  /** What the list is called in the storage. */
  readonly index: string;
  /** What a record is called there: this, a blank, and its name. */
  readonly kind: string;
  readonly limits: Limits;
  /** Bytes of one. */
  readonly largest: number;
}

/** Each rejects where the browser refuses. */
export interface NamedRecords {
  /**
   * Keeps it in place of the oldest.
   * @returns the name that it is kept under.
   * @throws PivotscopeError `unsupported` for one that is too large.
   */
  keep(json: string, about: Pick<NamedRecord, "title" | "model" | "content">): Promise<string>;
  /**
   * What is kept under this name, as `read` makes it of the text; "damaged" for a text that is not as it was written, or
   * that `read` refuses, which is dropped; null where nothing is.
   */
  find<Found extends object>(name: string, read: (json: string) => Found): Promise<Found | "damaged" | null>;
  /** What there is, the latest first. */
  list(): Promise<readonly NamedRecord[]>;
  remove(names: readonly string[]): Promise<void>;
}

const listSchema = list(
  object({ name: text, bytes: integer(0), at: integer(0), title: text, model: text, content: text }),
);

/** @param date milliseconds since 1970. */
export function createNamedRecords(
  records: RecordStore,
  date: () => number,
  { index, kind, limits, largest }: NamedRecordsOptions,
): NamedRecords {
  const placeOf = (name: string) => `${kind} ${name}`;

  async function readList(): Promise<readonly NamedRecord[]> {
    const [found] = await records.read(index);
    try {
      return readJson(listSchema, found ?? [], textSource(index));
    } catch {
      return [];
    }
  }

  async function remove(names: readonly string[]): Promise<void> {
    await records.alone(index, async () => {
      const known = await readList();
      await records.replace(
        index,
        known.filter(({ name }) => !names.includes(name)),
      );
      for (const name of names) await records.remove(placeOf(name));
    });
  }

  return {
    list: readList,
    remove,
    async keep(json, about) {
      const bytes = 2 * json.length;
      if (bytes > largest) {
        const [found, most] = [formatBytes(bytes), formatBytes(largest)];
        throw new PivotscopeError("unsupported", `it takes ${found}; up to ${most} are kept`);
      }
      const name = nameOfText(json);
      await records.alone(index, async () => {
        const others = (await readList()).filter((one) => one.name !== name);
        await records.replace(placeOf(name), json);
        const { stay, go } = withinLimits([{ name, bytes, at: date(), ...about }, ...others], limits);
        await records.replace(index, stay);
        for (const old of go) await records.remove(placeOf(old.name));
      });
      return name;
    },
    async find(name, read) {
      const [found] = await records.read(placeOf(name));
      if (found === undefined) return null;
      try {
        if (typeof found === "string" && nameOfText(found) === name) return read(found);
      } catch {
        // Of another version of the page.
      }
      await remove([name]);
      return "damaged";
    },
  };
}
