import { afterEach, describe, expect, it } from "vitest";
import { drawScene, MODEL_PICTURE_SIZE } from "../../../scenes/draw/draw-scene.ts";
import { findQuestion } from "../../../scenes/questions/index.ts";
import { isHeldOut } from "../../../scenes/splits.ts";
import { decodeSharedState } from "../../address/url.ts";
import { sharedState } from "../../address/url-sync.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { parseExamples } from "./examples-json.ts";
import { gallery, inputKey } from "./input.ts";
import { objectIn } from "./scene-edit.ts";
import { encodeScene } from "./scene-link.ts";
import { shownQuestion, shownScene } from "./scene-questions.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const scenes = () => harness.workbench.actions.scenes;
const shown = () => {
  const scene = shownScene(state());
  if (!scene) throw new Error("No scene is shown.");
  return scene;
};
const lastInput = () => harness.fake().calls.findLast((call) => call.kind === "generate")?.input;
const reasoned = () =>
  until(harness, ({ reasoning, input }) => {
    return reasoning.status === "done" && reasoning.of?.input.key === inputKey(input);
  });

async function openedOnScene(): Promise<void> {
  harness = await opened();
  await harness.workbench.actions.input.chooseExample("3");
  await reasoned();
}

describe("a scene in place of a picture", () => {
  it("is given to the model as it is drawn for it, with its question", async () => {
    await openedOnScene();
    const drawn = drawScene(shown(), MODEL_PICTURE_SIZE);
    expect(lastInput()).toEqual({ picture: drawn, question: "What is the red ball made of?" });
    expect(state().input.picture).toMatchObject({ exampleId: "3", previewUrl: null });
    expect(shownQuestion(state())?.answer).toBe("metal");
    expect(shownQuestion(state())).toBe(shownQuestion(state()));
  });

  it("gives way to an own picture, and has no reference answer then", async () => {
    await openedOnScene();
    await harness.workbench.actions.input.choosePicture(new Blob(["fine"]), "cat.png");
    expect(shownScene(state())).toBeNull();
    expect(shownQuestion(state())).toBeNull();
    scenes().add();
    scenes().undo();
    expect(state().input.picture?.name).toBe("cat.png");
  });

  it("gives way to the first picture of an animation, and says so", async () => {
    await openedOnScene();
    expect(state().input.picture?.animated).toBe(false);
    await harness.workbench.actions.input.choosePicture(new Blob(["moving"]), "cat.gif");
    expect(state().input.picture).toMatchObject({ name: "cat.gif", animated: true });
    await harness.workbench.actions.input.choosePicture(new Blob(["fine"]), "cat.png");
    expect(state().input.picture?.animated).toBe(false);
  });

  it("is drawn instead of a picture that is still being read", async () => {
    harness = await opened();
    const { input } = harness.workbench.actions;
    const reading = input.choosePicture(new Blob(["fine"]), "slow.png");
    await input.chooseExample("3");
    await reading;
    expect(shownScene(state())).not.toBeNull();
    expect(state().input.decoding).toBe(false);
  });
});

describe("the first picture", () => {
  it("is there while the model still loads, and is asked about once it has loaded", async () => {
    harness = createHarness();
    let gate = { open() {} };
    harness.onEngine = (fake) => {
      gate = fake.gate("load");
    };
    const opening = harness.workbench.open(decodeSharedState("example=3"));
    await until(harness, ({ input }) => input.picture !== null);
    expect(state().model.status).toBe("loading");
    expect(shown().objects).toHaveLength(3);
    gate.open();
    await opening;
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(harness.fake().calls.map((call) => call.kind)).toEqual(["load", "generate", "calibrate"]);
    expect(state().input.picture?.exampleId).toBe("3");
  });
});

describe("an edit", () => {
  it("shows, asks and is given to the model at once, with a question that fits", async () => {
    await openedOnScene();
    scenes().select(0);
    scenes().change({ colour: "purple", material: "glass" });
    expect(state().input).toMatchObject({ question: "What is the purple ball made of?", questionFailure: null });
    expect(state().input.draft).toBe(state().input.question);
    expect(shownQuestion(state())?.answer).toBe("glass");
    await reasoned();
    expect(lastInput()?.picture).toEqual(drawScene(shown(), MODEL_PICTURE_SIZE));
  });

  it("leaves a question alone that is being typed", async () => {
    await openedOnScene();
    harness.workbench.actions.input.setDraft("Will the blue");
    scenes().select(0);
    scenes().step("right");
    expect(state().input).toMatchObject({ draft: "Will the blue", question: "What is the red ball made of?" });
    expect(state().scenes.selected).toBe(1);
  });

  it("asks the model nothing when it changes nothing", async () => {
    await openedOnScene();
    const { picture } = state().input;
    scenes().select(0);
    scenes().step("up");
    scenes().drop(0, 0.18, 0.15);
    scenes().change({ colour: "red" });
    scenes().select(null);
    scenes().step("left");
    scenes().remove();
    expect(state().input.picture).toBe(picture);
    expect(state().scenes.past).toEqual([]);
  });

  it("is undone and done again, with its question and selection", async () => {
    await openedOnScene();
    const [first, content] = [shown(), state().input.picture?.content];
    scenes().select(0);
    scenes().change({ shape: "ring" });
    scenes().step("down");
    const last = shown();
    scenes().undo();
    scenes().undo();
    scenes().undo();
    expect(shown()).toBe(first);
    expect(state().input.question).toBe("What is the red ball made of?");
    expect(state().scenes.selected).toBe(0);
    // What was measured on this scene before counts again.
    expect(state().input.picture?.content).toBe(content);
    scenes().redo();
    scenes().redo();
    scenes().redo();
    expect(shown()).toBe(last);
    expect(state().input.question).toBe("What is the red ring made of?");
    scenes().undo();
    scenes().select(4);
    scenes().change({ size: "large" });
    expect(state().scenes.future).toEqual([]);
  });

  it("adds and selects an object, and removes the selected one", async () => {
    await openedOnScene();
    scenes().add();
    const { selected } = state().scenes;
    expect(shown().objects).toHaveLength(4);
    expect(objectIn(shown(), selected)).not.toBeNull();
    scenes().remove();
    expect(shown().objects).toHaveLength(3);
    expect(state().scenes.selected).toBeNull();
  });

  it("is forgotten when another example is chosen", async () => {
    await openedOnScene();
    scenes().add();
    await harness.workbench.actions.input.chooseExample("3");
    expect(shown().objects).toHaveLength(3);
    expect(state().scenes).toMatchObject({ past: [], future: [], selected: null });
  });
});

describe("shuffling", () => {
  it("draws new scenes each time, the same ones from the same seed, each with a question that it allows", async () => {
    harness = await opened();
    scenes().shuffle();
    const first = gallery(state());
    expect(first).toHaveLength(6);
    const drawn = first.flatMap((example) => ("scene" in example ? [example] : []));
    for (const { scene, question, family } of drawn) expect(findQuestion(scene, question)?.family).toBe(family);
    expect(drawn.map(({ scene }) => scene.objects.some(isHeldOut))).toEqual([false, false, false, false, false, true]);
    scenes().shuffle();
    expect(gallery(state())).not.toEqual(first);
    const other = createHarness();
    other.workbench.actions.scenes.shuffle();
    expect(gallery(other.workbench.store.getState())).toEqual(first);
    other.workbench.close();
    const last = gallery(state())[5];
    await harness.workbench.actions.input.chooseExample(last?.id ?? "");
    expect(state().input.question).toBe(last?.question);
    scenes().showExamples();
    expect(gallery(state())).toBe(state().input.examples);
  });
});

describe("a link to a scene", () => {
  it("carries the edited scene and its question, and opens it again before the model has come", async () => {
    await openedOnScene();
    scenes().add();
    harness.workbench.actions.input.ask("Describe the picture.");
    const link = sharedState(state());
    expect(link).toMatchObject({ example: null, scene: encodeScene(shown()), question: "Describe the picture." });
    harness.elapse(1000);
    const other = createHarness();
    const opening = other.workbench.open(decodeSharedState(harness.hashes.at(-1)?.hash ?? ""));
    expect(shownScene(other.workbench.store.getState())).toEqual(shown());
    await opening;
    await until(other, ({ reasoning }) => reasoning.status === "done");
    expect(sharedState(other.workbench.store.getState())).toMatchObject({
      scene: link.scene,
      question: link.question,
    });
    other.workbench.close();
  });

  it("is a step to come back to when another scene was chosen, not for every edit", async () => {
    await openedOnScene();
    harness.elapse(1000);
    const before = shown();
    const { hash } = harness.hashes.at(-1) ?? { hash: "" };
    scenes().select(0);
    scenes().step("right");
    harness.elapse(1000);
    expect(harness.hashes.at(-1)?.mode).toBe("replace");
    scenes().shuffle();
    await harness.workbench.actions.input.chooseExample(gallery(state())[0]?.id ?? "");
    harness.elapse(1000);
    expect(harness.hashes.at(-1)?.mode).toBe("push");
    await harness.workbench.visit(decodeSharedState(hash));
    expect(shown()).toEqual(before);
    expect(state().input.question).toBe("What is the red ball made of?");
  });

  it("that is damaged says so, and the first example is shown", async () => {
    harness = createHarness();
    await harness.workbench.open(decodeSharedState("scene=1abc&question=Why%3F"));
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(state().input.picture?.exampleId).toBe("1");
    expect(state().input.question).toBe("How many cones?");
    expect(state().input.pictureFailure?.message).toMatch(/The link's scene cannot be read: it is cut off/);
  });
});

describe("examples.json", () => {
  it("may hold scenes beside pictures, each checked", () => {
    const entry = { question: "Why?", scene: [{ shape: "ball" }, { shape: "cube" }] };
    expect(() => parseExamples({ examples: [entry] }, "models/x/")).toThrow(/examples\[0\]\.scene\[0\]\.colour/);
    expect(() => parseExamples({ examples: [{ question: "Why?" }] }, "models/x/")).toThrow(/neither a scene nor/);
    expect(() => parseExamples({ examples: [{ image: "a.png" }] }, "models/x/")).toThrow(
      /examples\.json: "examples\[0\]\.question" is missing; a string is needed\./,
    );
  });
});
