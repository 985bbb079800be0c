/** What of a list of own samples was replaced or removed comes back. */
import { afterEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened } from "../../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState().ownSamples;
const own = () => harness.workbench.actions.ownSamples;
const names = () => state().entries.map(({ picture }) => picture?.name);
const offer = () => state().past.at(-1)?.words;
const number = (place: number) => state().entries[place]?.number ?? -1;
const pictures = (...all: string[]) => all.map((name) => new File([name], name, { type: "image/png" }));
const keptNames = () => {
  const [kept] = (harness.records.lists.get("own-samples") ?? []) as { entries: { picture: { name: string } }[] }[];
  return kept?.entries.map(({ picture }) => picture.name);
};

async function withThree(): Promise<void> {
  harness = await opened();
  await own().addFiles(pictures("a.png", "b.png", "c.png"), "Why?");
}

describe("undoing changes of own samples", () => {
  it("brings a removed sample back where it was, with its picture, here and in what is kept", async () => {
    await withThree();
    expect(offer()).toBeUndefined();
    own().remove(number(1));
    expect([names(), offer()]).toEqual([["a.png", "c.png"], "Sample 2 was removed."]);
    await expect.poll(keptNames).toEqual(["a.png", "c.png"]);
    await own().undo();
    expect([names(), offer()]).toEqual([["a.png", "b.png", "c.png"], undefined]);
    await expect.poll(keptNames).toEqual(["a.png", "b.png", "c.png"]);
    harness.workbench.close();
    harness = await opened(createHarness(harness.records));
    expect(names()).toEqual(["a.png", "b.png", "c.png"]);
    expect(await state().entries[1]?.picture?.file.text()).toBe("b.png");
  });

  it("brings back the list that a file has taken the place of; what was added since stays", async () => {
    await withThree();
    const file = new File(
      [JSON.stringify({ format: "pivotscope-own-samples", version: 1, samples: [{ question: "From the file?" }] })],
      "mine.json",
    );
    await own().openFile(file);
    expect([names(), offer()]).toEqual([[undefined], "mine.json took the place of 3 samples."]);
    await own().addFiles(pictures("d.png"), "Why?");
    await own().undo();
    expect(names()).toEqual(["a.png", "b.png", "c.png", "d.png"]);
    for (const place of [3, 2, 1, 0]) own().remove(number(place));
    const before = state().past.length;
    await own().openFile(file);
    // Nothing was there to be replaced.
    expect(state().past).toHaveLength(before);
  });

  it("brings back a question with its trace, and an answer", async () => {
    await withThree();
    await own().writeTraces();
    const [first] = state().entries;
    own().edit(number(0), { answer: "Because." });
    expect(offer()).toBeUndefined();
    own().edit(number(0), { answer: "" });
    expect(offer()).toBe("Sample 1 has no answer any more.");
    own().edit(number(0), { question: "How?" });
    expect(offer()).toBe("Sample 1 has another question, and its trace is gone.");
    await own().undo();
    expect(state().entries[0]).toEqual({ ...first, answer: null });
    await own().undo();
    expect(state().entries[0]).toEqual({ ...first, answer: "Because." });
    expect(state().past).toEqual([]);
    await own().undo();
    expect(state().entries).toHaveLength(3);
  });

  it("goes back step by step, over what another tab has done meanwhile", async () => {
    await withThree();
    await expect.poll(keptNames).toHaveLength(3);
    const other = await opened(createHarness(harness.records));
    own().remove(number(0));
    own().remove(number(0));
    await expect.poll(keptNames).toEqual(["c.png"]);
    await other.workbench.actions.ownSamples.addFiles(pictures("d.png"), "Why?");
    await expect.poll(keptNames).toEqual(["c.png", "d.png"]);
    other.workbench.close();
    await own().undo();
    expect(names()).toEqual(["b.png", "c.png"]);
    await own().undo();
    await expect.poll(keptNames).toEqual(["a.png", "b.png", "c.png", "d.png"]);
    expect(names()).toEqual(["a.png", "b.png", "c.png", "d.png"]);
  });
});
