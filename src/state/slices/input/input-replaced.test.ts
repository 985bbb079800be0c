/** What somebody had made and the page has replaced comes back. */
import { afterEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened } from "../../testing/journey.ts";
import { encodeScene } from "./scene-link.ts";
import { shownScene } from "./scene-questions.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const input = () => state().input;
const actions = () => harness.workbench.actions;
const choose = (name: string) => actions().input.choosePicture(new Blob([name]), name);
const offer = () => state().scenes.replaced?.words;

describe("a replaced input", () => {
  it("is nothing to come back to while all of it came with the page", async () => {
    harness = await opened();
    await actions().input.chooseExample("2");
    await actions().input.chooseExample("3");
    actions().scenes.shuffle();
    actions().input.ask("Is it red?");
    expect(offer()).toBeUndefined();
  });

  it("is an own picture with its question, whatever takes its place", async () => {
    harness = await opened();
    await choose("cat.png");
    actions().input.setDraft("Is the cat red?");
    actions().input.ask();
    const { picture } = input();
    await actions().input.chooseExample("3");
    expect(offer()).toBe("Your picture cat.png was replaced.");
    expect(harness.released).not.toContain("blob:cat.png");
    actions().input.undoReplace();
    expect(input()).toMatchObject({ picture, question: "Is the cat red?", draft: "Is the cat red?" });
    expect(offer()).toBeUndefined();
    expect(shownScene(state())).toBeNull();
    await choose("dog.png");
    actions().input.undoReplace();
    expect(input().picture?.name).toBe("cat.png");
    // The other one is somebody's picture, too.
    expect(offer()).toBe("Your picture dog.png was replaced.");
    actions().input.undoReplace();
    expect(input().picture?.name).toBe("dog.png");
    expect(offer()).toBe("Your picture cat.png was replaced.");
    expect(harness.released.filter((url) => /cat|dog/.test(url))).toEqual([]);
    await choose("owl.png");
    expect(harness.released).toContain("blob:cat.png");
    expect(harness.released).not.toContain("blob:dog.png");
  });

  it("is not lost to a picture that cannot be read", async () => {
    harness = await opened();
    await choose("cat.png");
    await choose("broken.png");
    expect(input().picture?.name).toBe("cat.png");
    expect(offer()).toBeUndefined();
  });

  it("is an edited scene with all its steps", async () => {
    harness = await opened();
    await actions().input.chooseExample("3");
    const plain = state().input.picture;
    actions().scenes.select(0);
    actions().scenes.change({ colour: "purple" });
    actions().scenes.change({ colour: "green" });
    // An edit is undone where it was made.
    expect(offer()).toBeUndefined();
    const edited = input().picture;
    await choose("cat.png");
    expect(offer()).toBe("Your edited scene was replaced.");
    actions().input.undoReplace();
    expect(input().picture).toBe(edited);
    expect(input().question).toBe("What is the green ball made of?");
    await actions().input.chooseExample("3");
    actions().input.undoReplace();
    actions().scenes.undo();
    actions().scenes.undo();
    expect(shownScene(state())).toEqual(plain?.scene);
    expect(state().scenes.selected).toBe(0);
  });

  it("is the scene of a link", async () => {
    harness = await opened();
    await actions().input.chooseExample("3");
    actions().scenes.select(0);
    actions().scenes.change({ colour: "purple" });
    const link = encodeScene(shownScene(state()) ?? { objects: [] });
    harness.workbench.close();
    harness = await opened();
    expect(actions().input.openScene(link, null)).toBe(true);
    await actions().input.chooseExample("1");
    expect(offer()).toBe("The link's scene was replaced.");
    actions().input.undoReplace();
    expect(encodeScene(shownScene(state()) ?? { objects: [] })).toBe(link);
  });

  it("is a question that somebody has typed, asked or not", async () => {
    harness = await opened();
    const { picture, question } = input();
    actions().input.setDraft("What about the ");
    actions().input.ask("Is it red?");
    expect([offer(), input().draft]).toEqual(["Your question was replaced.", "Is it red?"]);
    actions().input.undoReplace();
    expect(input()).toMatchObject({ picture, question, draft: "What about the " });
    expect(offer()).toBeUndefined();
    await actions().input.chooseExample("2");
    expect(offer()).toBe("Your question was replaced.");
    actions().input.undoReplace();
    expect(input()).toMatchObject({ picture, draft: "What about the " });
    // A question goes along with an own picture.
    actions().input.setDraft("How many?");
    await choose("cat.png");
    expect(input()).toMatchObject({ question: "How many?" });
    expect(offer()).toBeUndefined();
  });
});
