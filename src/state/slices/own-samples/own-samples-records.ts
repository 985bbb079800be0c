/**
 * Own samples as this browser keeps them: a short list, and the pictures beside it, each once, under the name that its
 * bytes give. Tabs share the list: each change is made to what is kept by then, one tab after the other.
 */
import { PivotscopeError, reasonOf } from "../../../core/errors.ts";
import type { WrittenTrace } from "../../../models/own-samples-json.ts";
import type { RecordStore } from "../../environment.ts";
import { isRecord } from "../model/model.ts";
import { type KeptSamples, mergeSamples, NOTHING_KEPT, sameEntries } from "./own-samples-merge.ts";
import type { OwnEntry, OwnPicture } from "./own-samples-state.ts";

/** The page whose list is kept. */
export interface ListHolder {
  /** The list as it stands. */
  current(): KeptSamples;
  /** Takes what came of this list and the kept one; `elsewhere` when another tab has changed what this page knew. */
  take(samples: KeptSamples, elsewhere: boolean): void;
  /** Why nothing is kept, in a sentence; null once reading and writing went through. */
  onRefusal(notKept: string | null): void;
}

export interface OwnRecords {
  /**
   * Takes what is kept into the page's list, and keeps what the page has changed. Nothing is written over a list that
   * could not be read. Whether all went through; what did not is said.
   */
  sync(): Promise<boolean>;
}

const LIST = "own-samples";
const VERSION = 1;

const pictureKey = (id: string) => `own-picture ${id}`;

export function createOwnRecords(records: RecordStore, holder: ListHolder): OwnRecords {
  /** What was kept when this page last looked; null before that. */
  let base: KeptSamples | null = null;
  /** Pictures that no kept list names, and that are to go. */
  const orphans = new Set<string>();
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<boolean> | null = null;

  async function exchange(): Promise<void> {
    const read = await readList(records, holder.current().entries);
    // What changed while it was read counts too: a sample that was removed and is back is the one that it was.
    const mine = holder.current();
    const kept = read && recognised(read, [...(base?.entries ?? []), ...mine.entries]);
    if (kept) {
      const merged = mergeSamples(base ?? NOTHING_KEPT, mine, kept);
      const changed = !sameEntries(merged, mine);
      if (changed || merged.usedWith !== mine.usedWith) holder.take(merged, changed && base !== null);
    }
    base = kept ?? NOTHING_KEPT;
    const samples = holder.current();
    if (samples.usedWith === base.usedWith && sameEntries(samples, base)) return;
    await write(samples, base);
    base = samples;
  }

  async function write({ entries, usedWith }: KeptSamples, before: KeptSamples): Promise<void> {
    const pictures = picturesOf(entries);
    const stored = picturesOf(before.entries);
    for (const [id, { file }] of pictures) {
      if (stored.has(id)) continue;
      const bytes = new Uint8Array(await file.arrayBuffer());
      orphans.add(id);
      await records.replace(pictureKey(id), { type: file.type, bytes });
    }
    const list = {
      version: VERSION,
      usedWith,
      entries: entries.map(({ number, picture, question, answer, trace }) => ({
        number,
        picture: picture && { id: picture.id, name: picture.name },
        question,
        answer,
        trace,
      })),
    };
    await records.replace(LIST, list);
    for (const id of stored.keys()) orphans.add(id);
    for (const id of orphans) {
      if (!pictures.has(id)) await records.remove(pictureKey(id));
      orphans.delete(id);
    }
  }

  async function run(): Promise<boolean> {
    try {
      await records.alone(LIST, exchange);
      holder.onRefusal(null);
      return true;
    } catch (error) {
      holder.onRefusal(refusal(error));
      return false;
    }
  }

  return {
    sync() {
      // Whoever calls before the next one begins is served by it.
      next ??= running.then(() => {
        next = null;
        return run();
      });
      running = next;
      return next;
    },
  };
}

function picturesOf(entries: readonly OwnEntry[]): Map<string, OwnPicture> {
  return new Map(entries.flatMap(({ picture }) => (picture ? [[picture.id, picture] as const] : [])));
}

/** The same list, in which samples that are equal to one of `known` are that object. */
function recognised({ entries, usedWith }: KeptSamples, known: readonly OwnEntry[]): KeptSamples {
  const same = new Map(known.map((entry) => [contentOf(entry), entry]));
  return { entries: entries.map((entry) => same.get(contentOf(entry)) ?? entry), usedWith };
}

/**
 * The list that is kept; null when there is none. Pictures of `known` are not read again.
 * @throws PivotscopeError `unsupported` for a list of a later version, and what the storage throws.
 */
async function readList(records: RecordStore, known: readonly OwnEntry[]): Promise<KeptSamples | null> {
  const last = (await records.read(LIST)).at(-1);
  if (!isRecord(last)) return null;
  if (typeof last.version === "number" && last.version > VERSION) {
    throw new PivotscopeError(
      "unsupported",
      "This browser keeps own samples of a later version of this page: those here stay on the page, but not over a reload.",
      "Save them as a file, then reload the page.",
    );
  }
  if (last.version !== VERSION || !Array.isArray(last.entries)) return null;
  const files = new Map<string, Blob | null>();
  for (const [id, { file }] of picturesOf(known)) files.set(id, file);
  const entries: OwnEntry[] = [];
  for (const [place, kept] of last.entries.entries()) {
    const entry = await readEntry(records, kept, place, files);
    if (entry) entries.push(entry);
  }
  return { entries, usedWith: typeof last.usedWith === "string" ? last.usedWith : null };
}

function contentOf({ number, picture, question, answer, trace }: OwnEntry): string {
  return JSON.stringify([number, picture && [picture.id, picture.name], question, answer, trace]);
}

/** Null for an entry whose picture is gone or that another version of the page wrote. */
async function readEntry(
  records: RecordStore,
  entry: unknown,
  place: number,
  files: Map<string, Blob | null>,
): Promise<OwnEntry | null> {
  if (!isRecord(entry) || typeof entry.question !== "string") return null;
  const common = {
    // The first lists had no numbers.
    number: typeof entry.number === "number" ? entry.number : place,
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
  if (error instanceof PivotscopeError) return `${error.message} ${error.hint}`;
  const reason = reasonOf(error);
  return error instanceof Error && error.name === "QuotaExceededError"
    ? "This browser's storage is full: the samples stay on the page, but not over a reload. Save them as a file."
    : `This browser keeps nothing (${reason}): the samples stay on the page, but not over a reload. Save them as a file.`;
}
