// @module-tag attack
/** Pinned sides that a link cannot have made again outlive a reload, as they were, until they are unpinned. */
import { afterEach, describe, expect, it } from "vitest";
import { createUnitLayout } from "../../../core/unit.ts";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { createKeptSides } from "./kept-sides.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const places = () => [...harness.records.lists.keys()].filter((key) => key.startsWith("pinned-side "));
const notes = () => state().link.notes.join("; ");
const sides = () => state().pins.pins.map(({ side }) => structuredClone(side));

function address(): string {
  harness.elapse(300);
  return harness.hashes.at(-1)?.hash ?? "";
}

/** Pins a result of the picture at hand, and goes on to the second example. */
async function pinned(): Promise<void> {
  await measureAt(harness, 0.6);
  await actions().pins.pin();
  await until(harness, ({ pins }) => pins.pins[0]?.keptAs !== undefined);
  await actions().input.chooseExample("2");
  await until(harness, ({ reasoning }) => reasoning.of?.input.picture === "two.png" && reasoning.status === "done");
}

async function follow(hash: string, next = createHarness(harness.records)): Promise<void> {
  harness.workbench.close();
  harness = next;
  await harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
  await until(harness, ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done");
  await until(harness, ({ pins }) => pins.wanted.length === 0);
}

describe("a pinned side of another picture", () => {
  it("is there again after a reload, as it was, and asks no model", async () => {
    harness = await opened();
    await pinned();
    const before = sides();
    const hash = address();
    expect(hash).toMatch(/&pin=%7E[0-9a-f]{32}$/);
    await follow(hash);
    expect(sides()).toEqual(before);
    expect(sides()[0]?.of.input.picture).toBe("one.png");
    expect(state().pins.pins[0]).toMatchObject({ status: "done" });
    expect(notes()).toBe("");
    expect(address()).toBe(hash);
    // The same again is not pinned twice.
    await harness.workbench.visit(decodeSharedState(hash), { hash, search: "" });
    await until(harness, ({ pins }) => pins.wanted.length === 0);
    expect(sides()).toHaveLength(1);
    expect(notes()).toBe("");
  });

  it("is forgotten when it is unpinned, also after a reload", async () => {
    harness = await opened();
    await pinned();
    await follow(address());
    expect(places()).toHaveLength(1);
    await actions().pins.unpin(state().pins.pins[0]?.id ?? expect.fail());
    await until(harness, () => places().length === 0);
    expect(address()).not.toContain("pin=");
  });

  it("is not there for whoever gets the link: that is said, and the rest opens", async () => {
    harness = await opened();
    await pinned();
    await follow(address(), createHarness());
    expect(notes()).toMatch(/^pin “~[0-9a-f]{32}” \(a pinned side of .*which links cannot carry.* it is left out\)$/);
    expect(state()).toMatchObject({ pins: { pins: [], failure: null }, input: { picture: { exampleId: "2" } } });
  });

  it.each<[string, (record: string) => unknown]>([
    ["a number of it was changed", (record) => record.replace('"asked":0.6', '"asked":0.5')],
    ["it was cut", (record) => record.slice(0, -1)],
    ["it is of another kind", () => 17],
  ])("is dropped where %s, which is said", async (_, damage) => {
    harness = await opened();
    await pinned();
    const hash = address();
    const [place = ""] = places();
    const [record] = await harness.records.read(place);
    const damaged = damage(record as string);
    expect(damaged).not.toEqual(record);
    await harness.records.replace(place, damaged);
    await follow(hash);
    expect(notes()).toContain("was damaged, and is dropped; it is left out)");
    expect(state().pins.pins).toEqual([]);
    expect(places()).toEqual([]);
  });

  it("ends with the page where the browser keeps nothing", async () => {
    harness = await opened();
    harness.records.failWith(new Error("blocked"));
    await measureAt(harness, 0.6);
    await actions().pins.pin();
    await actions().input.chooseExample("2");
    expect(sides()).toHaveLength(1);
    expect(address()).not.toContain("pin=");
  });

  it("is listed with the kept work, and goes with the own picture that it is about", async () => {
    harness = await opened();
    await actions().input.choosePicture(new Blob(["own"]), "own.png");
    await until(harness, ({ input, reasoning }) => input.picture?.keptAs != null && reasoning.status === "done");
    const { keptAs } = state().input.picture ?? {};
    const { question } = state().input;
    await pinned();
    await actions().kept.refresh();
    expect(state().kept.items).toContainEqual(
      expect.objectContaining({ kind: "pin", title: question, details: expect.stringContaining("side of Fake") }),
    );
    const picture = state().kept.items?.find(({ kind, id }) => kind === "picture" && id === keptAs);
    await actions().kept.remove(picture ? [picture] : []);
    expect(places()).toEqual([]);
    expect(state().pins.pins).toHaveLength(1);
    expect(address()).not.toContain("pin=");
  });
});

it("a side of a model with other layers is kept with its layout", async () => {
  harness = await opened();
  await pinned();
  const [side] = sides();
  if (!side) throw new Error("Nothing is pinned.");
  const kept = createKeptSides(harness.records, () => 0);
  const { modules, totalParameters } = side.layout;
  const layout = createUnitLayout(
    modules.map((module) => ({ ...module, unitCost: 2 * module.unitCost })),
    2 * totalParameters,
  );
  const other = { ...side, layout, frame: { ...side.frame, keptParameters: 2 * side.frame.keptParameters } };
  expect(await kept.find((await kept.keep(other)) ?? "")).toEqual(other);
  expect(await kept.keep({ ...side, measured: null })).toBeNull();
});
