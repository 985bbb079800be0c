/**
 * Own samples: pictures with questions that somebody collects to calibrate and measure on in place of the model's set.
 * The list is kept in this browser; `used` is what of it stands in for the model's set, until it is used anew.
 */
import type { ModelSummary } from "../../../engine/contract.ts";
import { MAXIMUM_OWN_SAMPLES } from "../../../models/own-samples-limits.ts";
import type { Context } from "../../context.ts";
import { type Failure, failureOf } from "../../failure.ts";
import type { WorkbenchState } from "../../shape.ts";
import { checkQuestion, inputKey } from "../input/input.ts";
import { namePicture, nameSet, ownTrace, shrinkPicture } from "./own-samples-pictures.ts";
import { createOwnRecords } from "./own-samples-records.ts";
import type { OwnEntry, OwnPicture, OwnSamplesState } from "./own-samples-state.ts";
import { createTraceWriting } from "./own-samples-writing.ts";

export interface OwnSamplesActions {
  setOpen(open: boolean): void;
  /** Adds the picture and the question at hand, with the reasoning where it is there. */
  addCurrent(): Promise<void>;
  /** Adds pictures that are all asked one question. */
  addFiles(files: readonly File[], question: string): Promise<void>;
  /** Changes a sample; with another question its trace goes. Whether it could. */
  edit(number: number, change: { readonly question?: string; readonly answer?: string }): boolean;
  remove(number: number): void;
  /** Lets the dense model write all traces that are missing. A press while it runs does nothing. */
  writeTraces(): Promise<void>;
  cancel(): void;
  /** Takes the list as it stands in place of the model's set. */
  use(): void;
  /** Takes the model's set again. */
  release(): void;
  /** The list as a file's name and text; null when that failed, which is said. */
  save(): Promise<{ readonly name: string; readonly text: string } | null>;
  /** Takes the list in a file in place of the one at hand. */
  openFile(file: File): Promise<void>;
  /** Reads what this browser keeps; once, if that goes well. */
  restore(): Promise<void>;
  /** Another model has come: it is given the list where it was used with these weights before. */
  welcome(summary: ModelSummary): Promise<void>;
}

export function createOwnSamplesActions(context: Context, onLoss: (error: unknown) => boolean): OwnSamplesActions {
  const { patch, get, environment } = context;
  /** Weights that the list was last used with. */
  let usedWith: string | null = null;
  let restored: Promise<boolean> | null = null;
  const records = createOwnRecords(environment.records, {
    current: () => ({ entries: get().ownSamples.entries, usedWith }),
    take(samples, elsewhere) {
      usedWith = samples.usedWith;
      const note = elsewhere ? "Another tab has changed the list; its changes are in it." : "";
      patch("ownSamples", { entries: samples.entries, ...(note ? { note } : {}) });
    },
    onRefusal: (notKept) => patch("ownSamples", { notKept }),
  });

  function setEntries(entries: readonly OwnEntry[], change: Partial<OwnSamplesState> = {}): void {
    patch("ownSamples", { entries, failure: null, note: "", ...change });
    keep();
  }

  function keep(): void {
    void records.sync();
  }

  const writing = createTraceWriting(context, onLoss, keep);

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
    for (const [place, source] of sources.entries()) {
      if (get().ownSamples.entries.length >= MAXIMUM_OWN_SAMPLES) {
        const left = sources.length - place;
        full = `The list is full with ${MAXIMUM_OWN_SAMPLES} samples; ${left} more ${left === 1 ? "was" : "were"} not added.`;
        break;
      }
      try {
        const entry = { ...(await source.read()), number: environment.uniqueNumber() };
        setEntries([...get().ownSamples.entries, entry]);
      } catch (error) {
        failures.push(failureOf(error));
      }
    }
    const [first] = failures;
    const others = failures.length > 1 ? ` ${failures.length - 1} more could not be read.` : "";
    const failure = first && { ...first, message: first.message + others };
    patch("ownSamples", { reading: false, failure: full === "" ? (failure ?? null) : fullFailure(full, failure) });
  }

  async function restore(): Promise<void> {
    restored ??= records.sync();
    // What could not be read may be readable the next time.
    if (!(await restored)) restored = null;
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
    setOpen(open) {
      patch("ownSamples", { open, ...(open ? {} : { failure: null, note: "" }) });
      // Another tab may have changed the list since.
      if (open) keep();
    },
    async addCurrent() {
      const state = get();
      const { input, reasoning, model } = state;
      await add([
        {
          async read() {
            const question = checkQuestion(input.question || input.draft);
            const { trace } = reasoning;
            const own = trace && reasoning.inputKey === inputKey(input) && input.split !== true;
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
    edit(number, { question, answer }) {
      try {
        const asked = question === undefined ? null : checkQuestion(question);
        const edited = (entry: OwnEntry): OwnEntry => ({
          ...entry,
          ...(asked === null || asked === entry.question ? {} : { question: asked, trace: null }),
          ...(answer === undefined ? {} : { answer: answer.trim() || null }),
        });
        setEntries(get().ownSamples.entries.map((entry) => (entry.number === number ? edited(entry) : entry)));
        return true;
      } catch (error) {
        patch("ownSamples", { failure: failureOf(error) });
        return false;
      }
    },
    remove: (number) => setEntries(get().ownSamples.entries.filter((entry) => entry.number !== number)),
    writeTraces: writing.start,
    cancel: writing.cancel,
    use() {
      const { entries } = get().ownSamples;
      const { summary } = get().model;
      if (entries.length === 0 || !summary) return;
      usedWith = summary.weightHash;
      patch("ownSamples", { used: { key: nameSet(entries), entries }, failure: null, note: "" });
      keep();
    },
    release() {
      usedWith = null;
      patch("ownSamples", { used: null });
      keep();
    },
    async save() {
      try {
        const { saveOwnSamples } = await import("./own-samples-file.ts");
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
        const { openOwnSamples } = await import("./own-samples-file.ts");
        const entries = await openOwnSamples(environment, file);
        const { summary } = get().model;
        const foreign = summary ? entries.filter((entry) => entry.trace && !ownTrace(entry, summary)).length : 0;
        setEntries(
          entries.map((entry) => ({ ...entry, number: environment.uniqueNumber() })),
          { note: foreignNote(foreign) },
        );
      } catch (error) {
        fail(error);
      } finally {
        patch("ownSamples", { reading: false });
      }
    },
    restore,
    async welcome({ weightHash }) {
      writing.cancel();
      patch("ownSamples", { used: null });
      await restore();
      const { entries } = get().ownSamples;
      if (usedWith !== weightHash || entries.length === 0 || get().model.summary?.weightHash !== weightHash) return;
      patch("ownSamples", { used: { key: nameSet(entries), entries } });
    },
  };
}

function fullFailure(full: string, other: Failure | undefined): Failure {
  const message = other ? `${other.message} ${full}` : full;
  return { code: "bad-input", message, hint: "Save the list as a file, then remove some samples." };
}

function foreignNote(traces: number): string {
  if (traces === 0) return "";
  const [written, kept] = traces === 1 ? ["One trace was", "it is"] : [`${traces} traces were`, "they are"];
  return `${written} written by another model; ${kept} kept for it until this one writes its own.`;
}

/** How many own samples stand in for the model's set; null when none do. */
export function usedCount({ ownSamples }: WorkbenchState): number | null {
  return ownSamples.used?.entries.length ?? null;
}

/** How many samples there are to calibrate on, own ones or the model's; 0 while there is no model. */
export function samplesAtHand(state: WorkbenchState): number {
  return usedCount(state) ?? state.model.summary?.calibrationSamples ?? 0;
}

/** Whether the list is no longer what is used. */
export function usedOutdated({ ownSamples: { used, entries } }: WorkbenchState): boolean {
  return used !== null && used.entries !== entries && used.key !== nameSet(entries);
}
