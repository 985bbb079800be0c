/** The picture and the question. A picture that cannot be read never displaces the one before. */
import { PivotscopeError } from "../core/errors.ts";
import type { Picture, SampleInput } from "../engine/contract.ts";
import type { Context } from "./context.ts";
import { type Failure, failureOf } from "./failure.ts";
import { isRecord } from "./model.ts";

/** A picture with a question that comes with the model. */
export interface Example {
  readonly id: string;
  readonly imageUrl: string;
  readonly question: string;
  readonly family: string;
}

export interface ShownPicture {
  /** Unique while the page lives: part of the name of everything computed from it. */
  readonly number: number;
  readonly name: string;
  readonly exampleId: string | null;
  readonly picture: Picture;
  readonly previewUrl: string;
}

export interface InputState {
  readonly examples: readonly Example[];
  readonly picture: ShownPicture | null;
  readonly decoding: boolean;
  readonly pictureFailure: Failure | null;
  /** The question as typed. */
  readonly draft: string;
  /** The question that was asked last. */
  readonly question: string;
  readonly questionFailure: Failure | null;
}

export const initialInput: InputState = {
  examples: [],
  picture: null,
  decoding: false,
  pictureFailure: null,
  draft: "",
  question: "",
  questionFailure: null,
};

/** Characters of a question that the page accepts; the engine checks its tokens against the model's positions. */
export const MAXIMUM_QUESTION = 2000;

export interface InputActions {
  /** Reads the examples of a bundled model; a model without any is fine. */
  readExamples(folderUrl: string): Promise<void>;
  /** Shows an example's picture and asks its question, or the one given. */
  chooseExample(id: string, question?: string): Promise<void>;
  /** Takes a picture that was dropped, pasted or picked. */
  choosePicture(file: Blob, name: string): Promise<void>;
  setDraft(draft: string): void;
  /** Asks the question as typed, or this one. Returns whether it could be asked. */
  ask(question?: string): boolean;
}

export function createInputActions(context: Context): InputActions {
  const { environment, patch, get } = context;
  let nextNumber = 1;
  let latest = 0;
  /** Counts what was typed or asked: an example that is still being read must not overwrite something newer. */
  let questions = 0;

  async function show(read: () => Promise<Blob>, name: string, exampleId: string | null): Promise<boolean> {
    latest += 1;
    const mine = latest;
    patch("input", { decoding: true, pictureFailure: null });
    try {
      const decoded = await environment.decodePicture(await read(), name);
      if (mine !== latest) {
        environment.releasePreview(decoded.previewUrl);
        return false;
      }
      const before = get().input.picture?.previewUrl;
      patch("input", { decoding: false, picture: { number: nextNumber++, name, exampleId, ...decoded } });
      if (before !== undefined) environment.releasePreview(before);
      return true;
    } catch (error) {
      if (mine === latest) patch("input", { decoding: false, pictureFailure: failureOf(error) });
      return false;
    }
  }

  function ask(question = get().input.draft): boolean {
    questions += 1;
    try {
      patch("input", { draft: question, question: checkQuestion(question), questionFailure: null });
      return true;
    } catch (error) {
      patch("input", { draft: question, questionFailure: failureOf(error) });
      return false;
    }
  }

  return {
    ask,
    setDraft(draft) {
      questions += 1;
      patch("input", { draft, questionFailure: null });
    },
    async readExamples(folderUrl) {
      try {
        const json = await environment.readJson(`${folderUrl.replace(/\/$/, "")}/examples.json`);
        patch("input", { examples: parseExamples(json, folderUrl) });
      } catch (error) {
        const missing = error instanceof PivotscopeError && error.code === "not-found";
        patch("input", missing ? { examples: [] } : { pictureFailure: failureOf(error) });
      }
    },
    async chooseExample(id, question) {
      const example = get().input.examples.find((entry) => entry.id === id);
      if (!example) return;
      const before = questions;
      const shown = await show(() => environment.readBlob(example.imageUrl), fileName(example.imageUrl), id);
      if (shown && questions === before) ask(question ?? example.question);
    },
    async choosePicture(file, name) {
      const shown = await show(async () => file, name, null);
      // Before the first question there is nothing to ask about the new picture; the field stays as it is.
      if (shown && get().input.draft.trim() !== "") ask();
    },
  };
}

/** The question without space around it. @throws PivotscopeError `bad-input` when it is empty or too long. */
export function checkQuestion(question: string): string {
  const trimmed = question.trim();
  if (trimmed === "")
    throw new PivotscopeError("bad-input", "The question is empty.", "Type one, or pick one below the field.");
  if (trimmed.length <= MAXIMUM_QUESTION) return trimmed;
  throw new PivotscopeError(
    "bad-input",
    `The question has ${trimmed.length.toLocaleString("en-US")} characters; up to ${MAXIMUM_QUESTION.toLocaleString("en-US")} are supported.`,
    "Shorten it and ask again.",
  );
}

/** What the engine is asked about, null while a picture or a question is missing. */
export function sampleInput(input: InputState): SampleInput | null {
  return input.picture && input.question !== "" ? { picture: input.picture.picture, question: input.question } : null;
}

/** Names what is asked about: equal for equal inputs while the page lives. Null while something is missing. */
export function inputKey(input: InputState): string | null {
  return sampleInput(input) && input.picture ? `${input.picture.number} ${input.question}` : null;
}

/** Reads examples.json. @throws PivotscopeError `bad-input` naming the entry that is wrong. */
export function parseExamples(json: unknown, folderUrl: string): readonly Example[] {
  const list = isRecord(json) && Array.isArray(json.examples) ? json.examples : [];
  const folder = folderUrl.replace(/\/$/, "");
  return list.map((entry: unknown, index) => {
    if (isRecord(entry) && typeof entry.image === "string" && typeof entry.question === "string") {
      const family = typeof entry.family === "string" ? entry.family : "";
      return { id: String(index + 1), imageUrl: `${folder}/${entry.image}`, question: entry.question, family };
    }
    throw new PivotscopeError("bad-input", `examples.json: examples[${index}] has no image or no question.`);
  });
}

function fileName(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
