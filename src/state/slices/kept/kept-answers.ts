/**
 * What models said about pictures, kept in this browser: the dense trace, and what plans made of it, under a name of all that
 * it depends on. The latest pictures, within limits; a list says what there is.
 */
import { nameOfText } from "../../../core/content-name.ts";
import { readJson, textSource } from "../../../core/json/read.ts";
import { integer, list, object, text } from "../../../core/json/schemas.ts";
import type { DenseOf, PrunedOf } from "../../../core/provenance.ts";
import { VERSION } from "../../../core/version.ts";
import type { Trace } from "../../../engine/contract.ts";
import type { RecordStore } from "../../environment.ts";
import type { Measured } from "../measurement/measurement-state.ts";
import { type Limits, withinLimits } from "../within-limits.ts";
import { type AnswerParts, joinRecords, type SealedRecord, seal, unseal } from "./answer-records.ts";
import type { KeptAnswer } from "./kept-answer.ts";

/** Of what is kept: to be raised whenever the same question would give other words or numbers. */
const FORMAT = 1;

/** Pictures with their questions that are kept, and bytes of all together. */
export const MOST_ANSWERS = 40;
export const ANSWER_LIMITS: Limits = { most: MOST_ANSWERS, bytes: 40e6 };

/** Plans of one picture that stay when its records are put together. */
const MOST_PLANS = 256;
/** Records of one picture after which they are put together. */
const MANY_RECORDS = 400;

const LIST = "answers";
const placeOf = (name: string) => `answer ${name}`;

export interface KeptAnswers {
  /** The trace and what was measured on it, as they were computed; null for the trace where it is not kept. */
  read(of: DenseOf): Promise<{ readonly trace: Trace | null; readonly measured: readonly Measured[] }>;
  /** Keeps the dense model's trace. */
  keepTrace(of: DenseOf, trace: Trace): Promise<void>;
  /** Keeps what a plan makes of a trace that is kept, or will be. */
  keep(result: Measured): Promise<void>;
  /** What there is, the latest first. Rejects where the browser refuses. */
  list(): Promise<readonly KeptAnswer[]>;
  /** Forgets these. Rejects where the browser refuses. */
  remove(names: readonly string[]): Promise<void>;
  /** All that is kept of these weights, a text for each picture, the latest first. Rejects where the browser refuses. */
  save(weightHash: string): Promise<readonly SavedAnswers[]>;
  /** Keeps what `save` gave, beside what there is. Rejects where the browser refuses. */
  adopt(saved: SavedAnswers): Promise<void>;
}

/** What is kept of one picture and question, for a file: what the list says of it, and its one record's text. */
export interface SavedAnswers extends Omit<KeptAnswer, "name" | "bytes" | "measured"> {
  readonly text: string;
}

/** The key that a record was sealed under and what it holds; null for one that is damaged or of another version. */
export function openRecord(text: string): { readonly key: string; readonly parts: AnswerParts } | null {
  try {
    const { key } = JSON.parse(text) as { readonly key?: unknown };
    const parts = typeof key === "string" ? unseal({ text, name: nameOfText(text) }, key) : null;
    return parts && { key: key as string, parts };
  } catch {
    return null;
  }
}

/** The weights that a key is about; null where it is of another version of the page. */
export function weightsOfKey(key: string): string | null {
  try {
    const [format, version, weightHash] = JSON.parse(key) as readonly unknown[];
    return format === FORMAT && version === VERSION && typeof weightHash === "string" ? weightHash : null;
  } catch {
    return null;
  }
}

/** Everything that a trace depends on. */
function keyOf({ model, input }: DenseOf | PrunedOf): string {
  return JSON.stringify([FORMAT, VERSION, model.weightHash, model.device, input.key]);
}

const listSchema = list(
  object({
    name: text,
    bytes: integer(0),
    at: integer(0),
    model: text,
    picture: text,
    content: text,
    question: text,
    measured: integer(0),
  }),
);

/** Characters of a question that the list repeats. */
const LISTED_QUESTION = 120;

/** @param date milliseconds since 1970. */
export function createKeptAnswers(records: RecordStore, date: () => number): KeptAnswers {
  async function readList(): Promise<readonly KeptAnswer[]> {
    const [found] = await records.read(LIST);
    try {
      return readJson(listSchema, found ?? [], textSource(LIST));
    } catch {
      return [];
    }
  }

  async function append(of: DenseOf | PrunedOf, parts: AnswerParts): Promise<void> {
    const { model, input } = of;
    const question = input.question.slice(0, LISTED_QUESTION);
    const about = { at: date(), model: model.label, picture: input.picture, content: input.content, question };
    await put(keyOf(of), seal(keyOf(of), parts), parts.measured.length, about);
  }

  async function put(
    key: string,
    record: SealedRecord,
    measured: number,
    about: Omit<SavedAnswers, "text">,
  ): Promise<void> {
    const name = nameOfText(key);
    await records.alone(LIST, async () => {
      const known = await readList();
      const before = known.find((one) => one.name === name);
      // What lies there without being in the list was removed, by another tab as well.
      if (!before) await records.remove(placeOf(name));
      await records.append(placeOf(name), record);
      const latest: KeptAnswer = {
        name,
        bytes: (before?.bytes ?? 0) + 2 * record.text.length,
        measured: (before?.measured ?? 0) + measured,
        ...about,
      };
      const { stay, go } = withinLimits([latest, ...known.filter((one) => one.name !== name)], ANSWER_LIMITS);
      await records.replace(LIST, stay);
      for (const old of go) await records.remove(placeOf(old.name));
    });
  }

  /** Puts many records together to one, in which each plan stands once. */
  async function tidy(key: string, { trace, measured }: AnswerParts): Promise<void> {
    const name = nameOfText(key);
    const latest = measured.slice(-MOST_PLANS);
    const record = seal(key, { trace, measured: latest });
    await records.alone(LIST, async () => {
      const known = await readList();
      await records.replace(placeOf(name), record);
      const tidied = { bytes: 2 * record.text.length, measured: latest.length };
      await records.replace(
        LIST,
        known.map((one) => (one.name === name ? { ...one, ...tidied } : one)),
      );
    });
  }

  return {
    async read(of) {
      const key = keyOf(of);
      const found = await records.read(placeOf(nameOfText(key)));
      const parts = joinRecords(found, key);
      if (found.length > MANY_RECORDS) await tidy(key, parts);
      return {
        trace: parts.trace,
        measured: parts.measured.map(({ plan, measurement, answer }) => ({ of: { ...of, plan }, measurement, answer })),
      };
    },
    keepTrace: (of, trace) => append(of, { trace, measured: [] }),
    keep: ({ of, measurement, answer }) =>
      append(of, { trace: null, measured: [{ plan: of.plan, measurement, answer }] }),
    list: readList,
    async save(weightHash) {
      const saved: SavedAnswers[] = [];
      for (const { name, bytes: _bytes, measured: _measured, ...about } of await readList()) {
        const found = await records.read(placeOf(name));
        const [key] = found.flatMap((record) => openRecord((record as Partial<SealedRecord>).text ?? "")?.key ?? []);
        if (key === undefined || weightsOfKey(key) !== weightHash) continue;
        saved.push({ ...about, text: seal(key, joinRecords(found, key)).text });
      }
      return saved;
    },
    async adopt({ text, ...about }) {
      const opened = openRecord(text);
      if (opened) await put(opened.key, { text, name: nameOfText(text) }, opened.parts.measured.length, about);
    },
    async remove(names) {
      await records.alone(LIST, async () => {
        const known = await readList();
        await records.replace(
          LIST,
          known.filter(({ name }) => !names.includes(name)),
        );
        for (const name of names) await records.remove(placeOf(name));
      });
    },
  };
}
