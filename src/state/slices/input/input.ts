/** The picture and the question. A picture that cannot be read never displaces the one before. */

import { nameOfPicture } from "../../../core/content-name.ts";
import { PivotscopeError } from "../../../core/errors.ts";
import { onDemand } from "../../../core/on-demand.ts";
import type { SampleInput } from "../../../engine/contract.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../../../scenes/draw/draw-scene.ts";
import type { Scene } from "../../../scenes/scene.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import type { WorkbenchState } from "../../shape.ts";
import { madeByHand, previewsOf } from "./input-replaced.ts";
import type { Example, InputState, ShownPicture } from "./input-state.ts";
import { budgetWithin } from "./picture-budget.ts";
import { decodeScene, encodeScene, LINKED } from "./scene-link.ts";
import { questionAfterEdit, shownQuestion } from "./scene-questions.ts";
import type { ReplacedInput } from "./scenes-state.ts";

/** Characters of a question that the page accepts; the engine checks its tokens against the model's positions. */
export const MAXIMUM_QUESTION = 2000;

/** What a checkpoint that was not trained on the scenes is asked at first; it makes most of them reason. */
export const GENERAL_QUESTION = "Describe this picture step by step.";

/** Questions that any picture allows. */
export const GENERAL_QUESTIONS: readonly string[] = [
  GENERAL_QUESTION,
  "What is happening in this picture? Think step by step, then give the final answer.",
  "How many things can you count in this picture? Think step by step, then give the final answer.",
];

const loadAskedPictures = onDemand(() => import("./asked-pictures.ts"));
const loadExamplesReader = onDemand(() => import("./examples-json.ts"));

export interface InputActions {
  /** Reads the examples of a bundled model; a model without any is fine. */
  readExamples(folderUrl: string): Promise<void>;
  /** Shows an example's picture and asks its question, or the one given. */
  chooseExample(id: string, question?: string): Promise<void>;
  /** Takes a picture that was dropped, pasted or picked. */
  choosePicture(file: Blob, name: string): Promise<void>;
  /** Shows an own picture that this browser keeps, and asks this about it. Whether it could. */
  restorePicture(id: string, question: string | null): Promise<boolean>;
  /** Reads once more what could not be read. */
  tryAgain(): Promise<void>;
  /** Shows a scene in place of the picture, and asks; a half-typed question stays when it is an edited scene. */
  showScene(scene: Scene, question: string, exampleId: string): void;
  /** Shows a link's scene and asks its question, or the first. Whether it could; if not, the picture says why. */
  openScene(link: string, question: string | null): boolean;
  /** Another model has come: asks what suits it about the same picture. What somebody has typed stays. */
  suitQuestion(bundled: boolean): void;
  setDraft(draft: string): void;
  /** Whether pictures are cut into frames from now on; the caller knows whether the model can. */
  setSplit(split: boolean): void;
  /** @param tokens see `InputState.budget`; the model's bounds are kept. */
  setBudget(tokens: number | null): void;
  /** Takes of a link's wishes, or with null of those at hand, what the model can do. */
  suitModel(wishes: { readonly split: boolean; readonly tokens: number | null } | null): void;
  /** Asks the question as typed, or this one. Returns whether it could be asked. */
  ask(question?: string): boolean;
  /** Brings back what somebody had made before it was replaced. */
  undoReplace(): void;
}

export function createInputActions(context: Context): InputActions {
  const { environment, patch, get } = context;
  let latest = 0;
  /** Reads again what could not be read. */
  let again: () => Promise<unknown> = async () => {};
  /** Counts what was typed or asked: an example that is still being read must not overwrite something newer. */
  let questions = 0;

  /**
   * Reads a picture and shows it, unless another has come meanwhile.
   * @param question what is asked about it, once it is there; null leaves question and field as they are.
   */
  async function show(
    read: () => Promise<Blob>,
    {
      name,
      exampleId,
      keptAs = null,
    }: Pick<ShownPicture, "name" | "exampleId"> & Partial<Pick<ShownPicture, "keptAs">>,
    question: () => string | null,
  ): Promise<ShownPicture | null> {
    latest += 1;
    const mine = latest;
    again = () => show(read, { name, exampleId, keptAs }, question);
    patch("input", { decoding: true, pictureFailure: null });
    try {
      const decoded = await environment.decodePicture(await read(), name);
      if (mine !== latest) {
        environment.releasePreview(decoded.previewUrl);
        return null;
      }
      // In one step: picture and question belong together, and the model is asked once.
      const asked = question();
      if (asked !== null) questions += 1;
      keepReplaced(asked ?? get().input.draft, true);
      const { picture: shown, previewUrl, animated } = decoded;
      const picture = {
        content: nameOfPicture(shown),
        name,
        exampleId,
        scene: null,
        picture: shown,
        previewUrl,
        animated,
        keptAs,
      };
      replacePicture(picture, asked === null ? {} : asking(asked));
      return picture;
    } catch (error) {
      if (mine === latest) patch("input", { decoding: false, pictureFailure: failureOf(error) });
      return null;
    }
  }

  function replacePicture(picture: ShownPicture, asked: Partial<InputState> = {}): void {
    change({ decoding: false, pictureFailure: null, notKept: null, picture, ...asked });
  }

  /** Changes the input, and lets go of previews that nothing shows or can bring back any more. */
  function change(to: Partial<InputState>, replaced?: ReplacedInput | null): void {
    const before = previewsOf(get());
    patch("input", to);
    if (replaced !== undefined) patch("scenes", { replaced });
    const now = previewsOf(get());
    for (const url of before) if (!now.includes(url)) environment.releasePreview(url);
  }

  /** To be called before something takes the place of the picture or of the text in the question's field. */
  function keepReplaced(draft: string, withPicture = false): void {
    const replaced = madeByHand(get(), draft, withPicture);
    if (replaced) change({}, replaced);
  }

  async function readExamples(folderUrl: string): Promise<void> {
    try {
      const file = `${folderUrl.replace(/\/$/, "")}/examples.json`;
      const [json, { parseExamples }] = await Promise.all([environment.readJson(file), loadExamplesReader()]);
      patch("input", { examples: parseExamples(json, folderUrl) });
    } catch (error) {
      again = () => readExamples(folderUrl);
      const missing = error instanceof PivotscopeError && error.code === "not-found";
      patch("input", missing ? { examples: [] } : { pictureFailure: failureOf(error) });
    }
  }

  async function choosePicture(file: Blob, name: string): Promise<void> {
    // Before the first question there is nothing to ask about the new picture; the field stays as it is.
    const question = () => (get().input.draft.trim() === "" ? null : get().input.draft);
    const reading = show(async () => file, { name, exampleId: null }, question);
    again = () => choosePicture(file, name);
    const shown = await reading;
    if (shown) await keep(shown, file);
  }

  /** Keeps an own picture over reloads, where the browser can; where not, that is said. */
  async function keep(shown: ShownPicture, file: Blob): Promise<void> {
    const outcome = await loadAskedPictures()
      .then(({ keepPicture }) => keepPicture(environment, { file, name: shown.name, content: shown.content }))
      .then(
        (keptAs) => ({ keptAs, notKept: null }),
        (error: unknown) => ({ keptAs: null, notKept: lostWith(error) }),
      );
    const { picture } = get().input;
    if (picture !== shown) return;
    patch("input", { picture: { ...picture, keptAs: outcome.keptAs }, notKept: outcome.notKept });
  }

  function ask(question = get().input.draft): boolean {
    questions += 1;
    keepReplaced(question);
    const asked = asking(question);
    patch("input", asked);
    return asked.questionFailure === null;
  }

  function showScene(scene: Scene, question: string, exampleId: string): void {
    latest += 1;
    questions += 1;
    const { input } = get();
    const typing = exampleId === input.picture?.exampleId && input.draft.trim() !== input.question;
    const picture = drawScene(scene, MODEL_PICTURE_SIZE);
    const content = nameOfPicture(picture);
    replacePicture(
      { content, name: "a scene", exampleId, scene, picture, previewUrl: null, animated: false, keptAs: null },
      { ...asking(question), ...(typing ? { draft: input.draft } : {}) },
    );
  }

  /** Another scene than the one at hand, not an edited one. */
  function beginScene(scene: Scene, question: string, exampleId: string): void {
    keepReplaced(question, true);
    patch("scenes", { selected: null, past: [], future: [] });
    showScene(scene, question, exampleId);
  }

  const suitModel: InputActions["suitModel"] = (wishes) => {
    const { input } = get();
    const { summary } = get().model;
    const { split, tokens } = wishes ?? { split: input.split, tokens: input.budget };
    const able = split && (summary?.splitsPictures ?? false);
    const budget = budgetWithin(summary?.pictureBudget ?? null, tokens);
    if (able !== input.split || budget !== input.budget) patch("input", { split: able, budget });
  };

  return {
    ask,
    showScene,
    undoReplace() {
      const state = get();
      const { replaced } = state.scenes;
      if (!replaced) return;
      latest += 1;
      questions += 1;
      const { asked, picture, edits } = replaced;
      // What was made since can be had back in its turn.
      const made = madeByHand(state, asked.draft, picture !== null);
      if (picture) patch("scenes", edits);
      change({ ...asked, ...picture, decoding: false, pictureFailure: null, questionFailure: null }, made);
    },
    openScene(link, question) {
      try {
        const scene = decodeScene(link);
        const known = gallery(get()).find((example) => "scene" in example && encodeScene(example.scene) === link);
        beginScene(scene, question ?? questionAfterEdit(scene, scene, ""), known?.id ?? LINKED);
        return true;
      } catch (error) {
        patch("input", { pictureFailure: failureOf(error) });
        return false;
      }
    },
    suitQuestion(bundled) {
      const state = get();
      const { picture, question, draft } = state.input;
      if (draft.trim() !== question) return;
      const example = gallery(state).find(({ id }) => id === picture?.exampleId);
      if (bundled && question === GENERAL_QUESTION && picture) {
        const suits = picture.scene ? questionAfterEdit(picture.scene, picture.scene, "") : example?.question;
        if (suits !== undefined) ask(suits);
      }
      if (!bundled && (shownQuestion(state) !== null || question === (example?.question ?? ""))) ask(GENERAL_QUESTION);
    },
    setDraft(draft) {
      questions += 1;
      patch("input", { draft, typed: draft, questionFailure: null });
    },
    setSplit(split) {
      if (split !== get().input.split) patch("input", { split });
    },
    setBudget: (tokens) => suitModel({ split: get().input.split, tokens }),
    suitModel,
    readExamples,
    async chooseExample(id, question) {
      const { input, scenes } = get();
      const example = [...input.examples, ...scenes.shuffled].find((entry) => entry.id === id);
      if (!example) return;
      if ("scene" in example) {
        beginScene(example.scene, question ?? example.question, id);
        return;
      }
      const before = questions;
      const picture = { name: fileName(example.imageUrl), exampleId: id };
      await show(
        () => environment.readBlob(example.imageUrl),
        picture,
        () => (questions === before ? (question ?? example.question) : null),
      );
    },
    choosePicture,
    async restorePicture(id, question) {
      try {
        const kept = await (await loadAskedPictures()).findPicture(environment, id);
        if (!kept) return false;
        const about = { name: kept.name, exampleId: null, keptAs: id };
        return (
          (await show(
            async () => kept.file,
            about,
            () => question,
          )) !== null
        );
      } catch {
        // What cannot be read is as good as gone.
        return false;
      }
    },
    tryAgain: async () => void (await again()),
  };
}

/** The scenes and pictures to choose from: those drawn at random, else the model's own. */
export function gallery({ input, scenes }: WorkbenchState): readonly Example[] {
  return scenes.shuffled.length > 0 ? scenes.shuffled : input.examples;
}

/** What asking a question changes. */
function asking(draft: string): Pick<InputState, "draft" | "questionFailure"> & Partial<Pick<InputState, "question">> {
  try {
    return { draft, question: checkQuestion(draft), questionFailure: null };
  } catch (error) {
    return { draft, questionFailure: failureOf(error) };
  }
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
  if (!input.picture || input.question === "") return null;
  const { picture } = input.picture;
  return {
    picture,
    question: input.question,
    ...(input.split ? { split: true } : {}),
    ...(input.budget === null ? {} : { budget: input.budget }),
  };
}

/** Names what is asked about: equal for equal inputs, also over reloads. Null while something is missing. */
export function inputKey(input: InputState): string | null {
  return sampleInput(input) && input.picture
    ? `${input.picture.content}${input.split ? "s" : ""}${input.budget === null ? "" : `b${input.budget}`} ${input.question}`
    : null;
}

function lostWith(error: unknown): string {
  const reason = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
  return `This browser does not keep the picture (${reason}): after a reload it has to be chosen again.`;
}

function fileName(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}
