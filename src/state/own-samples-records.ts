/**
 * Own samples as this browser keeps them: a short list that is written anew with every change, and the pictures beside
 * it, each once, under the name that its bytes give.
 */
import type { WrittenTrace } from "../models/own-samples-json.ts";
import type { RecordStore } from "./environment.ts";
import { isRecord } from "./model.ts";
import type { OwnEntry } from "./own-samples.ts";

export interface KeptSamples {
  readonly entries: readonly Omit<OwnEntry, "number">[];
  /** Weights that the list was used with in place of their own set; null when it was not. */
  readonly usedWith: string | null;
}

export interface OwnRecords {
  /** What was kept last; null when there is nothing, or when the storage refuses, which is said. */
  read(): Promise<KeptSamples | null>;
  /** Keeps this list in place of the one before. Writes follow each other. */
  keep(samples: KeptSamples): void;
}

const LIST = "own-samples";
/** Lists that lie on top of each other before the older ones are cleared away. */
const LISTS = 20;

const pictureKey = (id: string) => `own-picture ${id}`;

/** @param onRefusal why nothing is kept, in a sentence; null once a write went through. */
export function createOwnRecords(records: RecordStore, onRefusal: (notKept: string | null) => void): OwnRecords {
  /** Pictures that lie in the storage. */
  let stored = new Set<string>();
  let lists = 0;
  let writing: Promise<void> = Promise.resolve();

  async function write({ entries, usedWith }: KeptSamples): Promise<void> {
    const pictures = new Map(entries.flatMap(({ picture }) => (picture ? [[picture.id, picture] as const] : [])));
    for (const [id, { file }] of pictures) {
      if (stored.has(id)) continue;
      const bytes = new Uint8Array(await file.arrayBuffer());
      await records.remove(pictureKey(id));
      await records.append(pictureKey(id), { type: file.type, bytes });
      stored.add(id);
    }
    const list = {
      version: 1,
      usedWith,
      entries: entries.map(({ picture, question, answer, trace }) => ({
        picture: picture && { id: picture.id, name: picture.name },
        question,
        answer,
        trace,
      })),
    };
    // Old lists go only now and then: a page that is closed between the two writes would lose the list.
    if (lists >= LISTS) {
      await records.remove(LIST);
      lists = 0;
    }
    await records.append(LIST, list);
    lists += 1;
    for (const id of stored) {
      if (pictures.has(id)) continue;
      await records.remove(pictureKey(id));
      stored.delete(id);
    }
  }

  return {
    keep(samples) {
      writing = writing
        .then(() => write(samples))
        .then(
          () => onRefusal(null),
          (error: unknown) => onRefusal(refusal(error)),
        );
    },
    async read() {
      try {
        const kept = await records.read(LIST);
        lists = kept.length;
        const last = kept.at(-1);
        if (!isRecord(last) || last.version !== 1 || !Array.isArray(last.entries)) return null;
        const files = new Map<string, Blob | null>();
        const entries: Omit<OwnEntry, "number">[] = [];
        for (const entry of last.entries) {
          const found = await readEntry(records, entry, files);
          if (found) entries.push(found);
        }
        stored = new Set(files.keys());
        return { entries, usedWith: typeof last.usedWith === "string" ? last.usedWith : null };
      } catch (error) {
        onRefusal(refusal(error));
        return null;
      }
    },
  };
}

/** Null for an entry whose picture is gone or that another version of the page wrote. */
async function readEntry(
  records: RecordStore,
  entry: unknown,
  files: Map<string, Blob | null>,
): Promise<Omit<OwnEntry, "number"> | null> {
  if (!isRecord(entry) || typeof entry.question !== "string") return null;
  const common = {
    question: entry.question,
    answer: typeof entry.answer === "string" ? entry.answer : null,
    trace: isTrace(entry.trace) ? entry.trace : null,
  };
  if (!isRecord(entry.picture)) return { ...common, picture: null };
  const { id, name } = entry.picture;
  if (typeof id !== "string" || typeof name !== "string") return null;
  if (!files.has(id)) files.set(id, await readFile(records, id));
  const file = files.get(id);
  return file ? { ...common, picture: { id, name, file } } : null;
}

async function readFile(records: RecordStore, id: string): Promise<Blob | null> {
  const [record] = await records.read(pictureKey(id));
  if (!isRecord(record) || !(record.bytes instanceof Uint8Array)) return null;
  return new Blob([new Uint8Array(record.bytes)], { type: String(record.type) });
}

function isTrace(value: unknown): value is WrittenTrace {
  return (
    isRecord(value) &&
    typeof value.text === "string" &&
    typeof value.weightHash === "string" &&
    Array.isArray(value.ids) &&
    value.ids.every(Number.isInteger)
  );
}

function refusal(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof Error && error.name === "QuotaExceededError"
    ? "This browser's storage is full: the samples stay on the page, but not over a reload. Save them as a file."
    : `This browser keeps nothing (${reason}): the samples stay on the page, but not over a reload. Save them as a file.`;
}
