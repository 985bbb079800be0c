// @module-tag attack
import { afterEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../testing/harness.ts";
import { until } from "../testing/journey.ts";
import { decodeSharedState } from "./url.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();

const notes = () => state().link.notes.join("; ");

async function openLink(hash: string, search = ""): Promise<void> {
  harness = createHarness();
  await harness.workbench.open(decodeSharedState(hash, search), { hash, search });
}

/** The notes on a link once its page is calibrated. */
async function notesOn(hash: string, search = ""): Promise<string> {
  // They are loaded when a page opens; here they are there at once, so that what has not been said is not said later.
  await import("./link-notes.ts");
  await openLink(hash, search);
  await until(harness, ({ calibration }) => calibration.status === "done");
  return notes();
}

describe("a link that cannot be followed in all", () => {
  it.each([
    ["ratio=150", "ratio “150” (per cent from 0 to 70; 40 % is shown)"],
    ["ratio=95", "ratio “95” (per cent from 0 to 70; 70 % is shown)"],
    ["ratio=-5", "ratio “-5” (per cent from 0 to 70; 40 % is shown)"],
    ["ratio=half", "ratio “half” (no number; per cent from 0 to 70; 40 % is shown)"],
    ["ratio=", "ratio (it is empty; it is left out)"],
    ["ratio=20&ratio=30", "ratio “20” (stands there 2 times; the first is taken)"],
    ["method=lottery", "method “lottery” (no method's name; µCRASP is shown, and there are mucrasp, "],
    ["with=lottery", "with “lottery” (no method's name; nothing is pinned)"],
    [
      "pin=flap_40+lottery_40",
      "pin “flap_40 lottery_40” (sides as method_percent; what names no method or ratio is left out)",
    ],
    ["pin=flap_lots", "pin “flap_lots” (sides as method_percent"],
    ["pin=flap_10+flap_20+flap_30+flap_40", "at most 3 are pinned)"],
    [
      "tab=graphs",
      "tab “graphs” (one of compare, methods, curves, ablations, windows, places, layers, speed, history; none is open)",
    ],
    ["metric=beauty", "metric “beauty” (one of judge, "],
    ["backend=quantum", "backend “quantum” (cpu or webgpu; the page chooses by itself)"],
    ["precision=float64", "precision “float64” (float32 or float16; the page chooses by itself)"],
    ["split=yes", "split “yes” (1 or 0; pictures are not cut into frames)"],
    ["samples=-2", "samples “-2” (a whole number from 1 on; all are taken)"],
    ["samples=2.4", "samples “2.4” (a whole number from 1 on; 2 are taken)"],
    ["samples=many", "samples “many” (a whole number from 1 on; all are taken)"],
    ["samples=5000", "samples “5000” (the model brings 8; all are taken)"],
    ["example=99", "example “99” (there are examples 1 to 3; example 1 is shown)"],
    ["scene=1garbage", "scene “1garbage” (it cannot be read; the first example is shown)"],
    ["model=gone", "model “gone” (this page does not bring it; Fake is shown)"],
    ["set.nonsense=1", "set.nonsense “1” (there is no such constant; it is left out)"],
    ["set.window=99999", "set.window “99999” (expected a whole number from 0 to "],
    ["set.window=wide", "set.window “wide” (not written as JSON; 2 is taken)"],
    ["set.allocation=%22odd%22", 'set.allocation “"odd"” (expected one of own, '],
    ["set.markers=%5B%22loud%22%5D", 'set.markers “["loud"]” ("loud" is not a marker group'],
    ["picture=abc", "picture “abc” (an own picture of whoever made the link, which links cannot carry"],
    ["colour=red", "colour “red” (links have no such part; it is left out)"],
    [
      "hub=https%3A%2F%2Fmirror.example",
      "hub “https://mirror.example” (stands in front of the #, as ?hub=…; it is left out)",
    ],
    ["tab=a%E2%80%AEb", "tab “ab” (one of "],
  ])("says of %s what it asks for, why not, and what is shown", async (hash, expected) => {
    await openLink(hash);
    await expect.poll(notes).toContain(expected);
  });

  it.each([
    ["?ratio=20", "ratio “20” (stands behind the #, not in front of it; it is left out)"],
    ["?backend=tpu", "backend “tpu” (cpu or webgpu; the page chooses by itself)"],
    ["?renew=often", "renew “often” (a whole number from 1 on; it is left out)"],
    ["?hub=mirror", "hub “mirror” (no address that begins with https://"],
  ])("says the same of the query %s", async (search, expected) => {
    await openLink("", search);
    await expect.poll(notes).toContain(expected);
  });

  it("says nothing of what is shown as asked, and of what is not for the page", async () => {
    const hash =
      "model=fake&example=2&question=Why%3F&ratio=12&method=flap&with=random&tab=curves&metric=judge&samples=3" +
      "&backend=cpu&precision=float32&split=0&set.gammaScale=0.7&set.allocation=%22budget%22";
    expect(await notesOn(hash, "?backend=cpu&renew=400&utm_source=mail")).toBe("");
    expect(await notesOn("")).toBe("");
  });

  it("takes the notes away when they have been read, and with the next link", async () => {
    expect(await notesOn("ratio=150")).not.toBe("");
    harness.workbench.actions.link.dismiss();
    expect(state().link.notes).toEqual([]);
    const visit = (hash: string) => harness.workbench.visit(decodeSharedState(hash), { hash, search: "" });
    await visit("example=7&ratio=10");
    expect(state().link.notes).toEqual(["example “7” (there are examples 1 to 3; example 1 is shown)"]);
    await visit("example=2&ratio=10");
    expect(state().link.notes).toEqual([]);
  });
});

describe("an own picture", () => {
  const picture = new File(["own"], "cat.png", { type: "image/png" });
  const address = () => {
    harness.elapse(300);
    return harness.hashes.at(-1)?.hash ?? "";
  };

  it("is there again after a reload, with its question, and not on another device", async () => {
    await notesOn("");
    await harness.workbench.actions.input.choosePicture(picture, picture.name);
    await until(harness, ({ input }) => input.picture?.keptAs !== null);
    harness.workbench.actions.input.ask("What is this?");
    const hash = address();
    const { records } = harness;
    expect(hash).toMatch(/^model=fake&picture=\w+&question=What/);
    harness.workbench.close();

    harness = createHarness(records);
    await harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(state().input).toMatchObject({
      question: "What is this?",
      picture: { name: "cat.png", exampleId: null },
      notKept: null,
    });
    expect(state().link.notes).toEqual([]);
    harness.workbench.close();

    expect(await notesOn(hash)).toContain("an own picture of whoever made the link");
    expect(state().input).toMatchObject({ question: "How many cones?", picture: { exampleId: "1" } });
  });

  it("is said to be lost with a reload where the browser keeps nothing", async () => {
    await notesOn("");
    harness.records.failWith(new Error("blocked"));
    await harness.workbench.actions.input.choosePicture(picture, picture.name);
    await until(harness, ({ input }) => input.notKept !== null);
    expect(state().input.notKept).toBe(
      "This browser does not keep the picture (blocked): after a reload it has to be chosen again.",
    );
    expect(address()).not.toContain("picture=");
    harness.records.failWith(null);
    await harness.workbench.actions.input.chooseExample("2");
    expect(state().input.notKept).toBeNull();
  });

  it("goes when four others have come, and is not kept at all when it is large", async () => {
    await notesOn("");
    const names: string[] = [];
    for (let number = 0; number < 6; number++) {
      await harness.workbench.actions.input.choosePicture(new File([`${number}`], `${number}.png`), `${number}.png`);
      await until(harness, ({ input }) => input.picture?.keptAs !== null && input.picture?.name === `${number}.png`);
      names.push(state().input.picture?.keptAs ?? "");
    }
    const kept = [...harness.records.lists.keys()].filter((key) => key.startsWith("asked-picture "));
    expect(kept).toEqual(names.slice(2).map((name) => `asked-picture ${name}`));
    const large = new File([new Uint8Array(16 * 1024 * 1024 + 1)], "large.png");
    await harness.workbench.actions.input.choosePicture(large, large.name);
    await until(harness, ({ input }) => input.notKept !== null);
    expect(state().input.notKept).toContain("(it has 16.8 MB; up to 16.8 MB are kept)");
  });
});
