/**
 * What is done with the list of own samples: adding, changing, removing and having back, traces, files. Loaded when somebody
 * opens the list.
 */
import { onDemand } from "../../../core/on-demand.ts";
import { MAXIMUM_OWN_SAMPLES } from "../../../models/own-samples-limits.ts";
import type { Context } from "../../context.ts";
import { type Failure, failureOf } from "../../failure.ts";
import type { WorkbenchState } from "../../shape.ts";
import { checkQuestion, inputKey } from "../input/input.ts";
import { mergeSamples } from "./own-samples-merge.ts";
import { namePicture, ownTrace, shrinkPicture } from "./own-samples-pictures.ts";
import type { OwnEntry, OwnPicture, OwnSamplesState } from "./own-samples-state.ts";
import { createTraceWriting } from "./own-samples-writing.ts";

const loadFiles = onDemand(() => import("./own-samples-file.ts"));

/**
 * Samples that come one after another are kept once they are this share of the list: what is written and read for each
 * does not grow with the list then.
 */
const KEPT_AT = 1 / 8;

/** Changes that can be undone. */
const UNDOABLE = 50;

/** What is done with the list at hand; loaded with the window that shows it. */
export interface OwnListActions {
  /** Adds the picture and the question at hand, with the reasoning where it is there. */
  addCurrent(): Promise<void>;
  /** Adds pictures that are all asked one question. */
  addFiles(files: readonly File[], question: string): Promise<void>;
  /** Changes a sample; with another question its trace goes. Whether it could. */
  edit(number: number, change: { readonly question?: string; readonly answer?: string }): Promise<boolean>;
  remove(number: number): Promise<void>;
  /** Takes back the last change by which something was lost; what was added since stays. */
  undo(): Promise<void>;
  /** Lets the dense model write all traces that are missing. A press while it runs does nothing. */
  writeTraces(): Promise<void>;
  cancel(): void;
  /** The list as a file's name and text; null when that failed, which is said. */
  save(): Promise<{ readonly name: string; readonly text: string } | null>;
  /** Takes the list in a file in place of the one at hand. */
  openFile(file: File): Promise<void>;
}

/** @param keep called whenever the list has changed. */
export function createOwnList(context: Context, onLoss: (error: unknown) => boolean, keep: () => void): OwnListActions {
  const { patch, get, environment } = context;
  const writing = createTraceWriting(context, onLoss, keep);

  function setEntries(entries: readonly OwnEntry[], change: Partial<OwnSamplesState> = {}): void {
    patch("ownSamples", { entries, failure: null, note: "", ...change });
    keep();
  }

  /** The same for a change by which something is lost, which can be undone. */
  function replaceEntries(after: readonly OwnEntry[], words: string, change: Partial<OwnSamplesState> = {}): void {
    const { entries: before, past } = get().ownSamples;
    setEntries(after, { past: [...past, { words, before, after }].slice(-UNDOABLE), ...change });
  }

  function fail(error: unknown): void {
    onLoss(error);
    patch("ownSamples", { failure: failureOf(error) });
  }

  /** Reads pictures one by one; those that cannot be read are named, the others are added. */
  async function add(sources: readonly { read(): Promise<Omit<OwnEntry, "number">> }[]): Promise<void> {
    if (get().ownSamples.reading) return;
    patch("ownSamples", { reading: true, failure: null, note: "" });
    const failures: Failure[] = [];
    let full = "";
    let unkept = 0;
    for (const [place, source] of sources.entries()) {
      if (get().ownSamples.entries.length >= MAXIMUM_OWN_SAMPLES) {
        const left = sources.length - place;
        full = `The list is full with ${MAXIMUM_OWN_SAMPLES} samples; ${left} more ${left === 1 ? "was" : "were"} not added.`;
        break;
      }
      try {
        const entry = { ...(await source.read()), number: environment.uniqueNumber() };
        const entries = [...get().ownSamples.entries, entry];
        patch("ownSamples", { entries, failure: null, note: "" });
        unkept += 1;
        if (unkept < KEPT_AT * entries.length) continue;
        unkept = 0;
        keep();
      } catch (error) {
        failures.push(failureOf(error));
      }
    }
    keep();
    const [first] = failures;
    const others = failures.length > 1 ? ` ${failures.length - 1} more could not be read.` : "";
    const failure = first && { ...first, message: first.message + others };
    patch("ownSamples", { reading: false, failure: full === "" ? (failure ?? null) : fullFailure(full, failure) });
  }

  async function readPicture(file: Blob, name: string): Promise<OwnPicture> {
    const small = await shrinkPicture(environment, file, name);
    return { id: await namePicture(small), name, file: small };
  }

  async function pictureAtHand({ input }: WorkbenchState): Promise<OwnPicture | null> {
    const { picture } = input;
    if (!picture) return null;
    const { previewUrl, name } = picture;
    const file =
      previewUrl === null
        ? await environment.encodePicture(picture.picture, null)
        : await environment.readBlob(previewUrl);
    return readPicture(file, name);
  }

  return {
    async addCurrent() {
      const state = get();
      const { input, reasoning, model } = state;
      await add([
        {
          async read() {
            const question = checkQuestion(input.question || input.draft);
            const { trace } = reasoning;
            const own = trace && reasoning.of?.input.key === inputKey(input) && !input.split && input.budget === null;
            return {
              picture: await pictureAtHand(state),
              question,
              answer: null,
              trace:
                own && model.summary
                  ? {
                      text: trace.text,
                      ids: trace.tokens.map(({ id }) => id),
                      weightHash: model.summary.weightHash,
                    }
                  : null,
            };
          },
        },
      ]);
    },
    async addFiles(files, question) {
      try {
        const asked = checkQuestion(question);
        await add(
          files.map((file) => ({
            read: async () => ({
              picture: await readPicture(file, file.name || "a picture"),
              question: asked,
              answer: null,
              trace: null,
            }),
          })),
        );
      } catch (error) {
        patch("ownSamples", { failure: failureOf(error) });
      }
    },
    async edit(number, { question, answer }) {
      try {
        const { entries } = get().ownSamples;
        const place = entries.findIndex((entry) => entry.number === number);
        const entry = entries[place];
        if (!entry) return false;
        const asked = question === undefined ? entry.question : checkQuestion(question);
        const edited: OwnEntry = {
          ...entry,
          ...(asked === entry.question ? {} : { question: asked, trace: null }),
          ...(answer === undefined ? {} : { answer: answer.trim() || null }),
        };
        const words = editWords(place + 1, entry, edited);
        const after = entries.with(place, edited);
        if (words) replaceEntries(after, words);
        else setEntries(after);
        return true;
      } catch (error) {
        patch("ownSamples", { failure: failureOf(error) });
        return false;
      }
    },
    async remove(number) {
      const { entries } = get().ownSamples;
      const place = entries.findIndex((entry) => entry.number === number);
      if (place >= 0) replaceEntries(entries.toSpliced(place, 1), `Sample ${place + 1} was removed.`);
    },
    async undo() {
      const { past, entries } = get().ownSamples;
      const last = past.at(-1);
      if (!last) return;
      const list = (of: readonly OwnEntry[]) => ({ entries: of, usedWith: null });
      const merged = mergeSamples(list(last.after), list(last.before), list(entries));
      // What is back stands where it was; what has come since, behind it.
      const places = new Map(last.before.map((entry, place) => [entry.number, place]));
      const placeOf = ({ number }: OwnEntry) => places.get(number) ?? places.size;
      setEntries(
        merged.entries.toSorted((a, b) => placeOf(a) - placeOf(b)),
        { past: past.slice(0, -1) },
      );
    },
    writeTraces: writing.start,
    cancel: writing.cancel,
    async save() {
      try {
        const { saveOwnSamples } = await loadFiles();
        return await saveOwnSamples(get().ownSamples.entries);
      } catch (error) {
        fail(error);
        return null;
      }
    },
    async openFile(file) {
      if (get().ownSamples.reading) return;
      patch("ownSamples", { reading: true, failure: null, note: "" });
      try {
        const { openOwnSamples } = await loadFiles();
        const entries = await openOwnSamples(environment, file);
        const { summary } = get().model;
        const foreign = summary ? entries.filter((entry) => entry.trace && !ownTrace(entry, summary)).length : 0;
        const numbered = entries.map((entry) => ({ ...entry, number: environment.uniqueNumber() }));
        const replaced = get().ownSamples.entries.length;
        const note = { note: foreignNote(foreign) };
        if (replaced === 0) setEntries(numbered, note);
        else replaceEntries(numbered, `${file.name} took the place of ${samplesWords(replaced)}.`, note);
      } catch (error) {
        fail(error);
      } finally {
        patch("ownSamples", { reading: false });
      }
    },
  };
}

function fullFailure(full: string, other: Failure | undefined): Failure {
  const message = other ? `${other.message} ${full}` : full;
  return { code: "bad-input", message, hint: "Save the list as a file, then remove some samples." };
}

const samplesWords = (count: number) => (count === 1 ? "one sample" : `${count} samples`);

/** What an edit has replaced, in a sentence; empty where nothing was. */
function editWords(place: number, before: OwnEntry, after: OwnEntry): string {
  const gone = before.trace && !after.trace ? ", and its trace is gone" : "";
  if (after.question !== before.question) return `Sample ${place} has another question${gone}.`;
  if (before.answer === null || after.answer === before.answer) return "";
  return `Sample ${place} has ${after.answer === null ? "no answer any more" : "another answer"}.`;
}

function foreignNote(traces: number): string {
  if (traces === 0) return "";
  const [written, kept] = traces === 1 ? ["One trace was", "it is"] : [`${traces} traces were`, "they are"];
  return `${written} written by another model; ${kept} kept for it until this one writes its own.`;
}
