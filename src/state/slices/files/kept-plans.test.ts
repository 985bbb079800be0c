// @module-tag attack
/** A file's plan that is shown outlives a reload, under its own name only; who has it not is told. */
import { afterEach, describe, expect, it } from "vitest";
import type { Plan } from "../../../core/plan.ts";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { createMemoryRecords } from "../../testing/memory-records.ts";
import { planFile, swapped } from "../../testing/plans.ts";
import { LOOKED_AT } from "../history/history.ts";
import { createKeptPlans, PLAN_LIMITS } from "./kept-plans.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const places = () => [...harness.records.lists.keys()].filter((key) => key.startsWith("opened-plan "));
const notes = () => state().link.notes.join("; ");

/** What the address says by now. */
function address(): string {
  harness.elapse(300);
  return harness.hashes.at(-1)?.hash ?? "";
}

/** Opens a plan that the page does not make itself, and waits until it is measured. */
async function shown(change: (plan: Plan) => Plan = swapped, name = "mine.json"): Promise<void> {
  harness = await opened();
  await measureAt(harness, 0.3);
  await actions().files.open([planFile(state(), change, name)]);
  await measureAt(harness, 0.3);
}

async function follow(hash: string, next = createHarness(harness.records)): Promise<void> {
  harness.workbench.close();
  harness = next;
  await harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
  await until(harness, ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done");
}

const visit = (hash: string) => harness.workbench.visit(decodeSharedState(hash), { hash, search: "" });
const settled = () => until(harness, ({ pruning }) => pruning.wanted === null);

describe("a plan of a file", () => {
  it("is shown again after a reload, with its name and all that it keeps", async () => {
    await shown();
    const { opened: before, of } = state().pruning;
    const hash = address();
    expect(hash).toMatch(/&plan=[0-9a-f]{32}$/);
    await follow(hash);
    await until(harness, ({ pruning }) => pruning.opened !== null);
    expect(state().pruning.opened).toEqual(before);
    expect(state().pruning).toMatchObject({ of: { plan: of?.plan }, ratio: 0.3, wanted: null });
    expect(state().pruning.of?.plan.file).toBe("mine.json");
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(state().measurement.shown?.of.plan.hash).toBe(before?.hash);
    expect(notes()).toBe("");
    expect(address()).toBe(hash);
  });

  it("leaves the address with the next touch, and comes back with a step back", async () => {
    await shown();
    const { opened: before } = state().pruning;
    const hash = address();
    actions().pruning.setRatio(0.5);
    expect(address()).not.toContain("plan=");
    await visit(hash);
    await until(harness, ({ pruning }) => pruning.opened !== null);
    expect(state().pruning.opened).toEqual(before);
    expect(address()).toBe(hash);
  });

  it("is opened by its line of the history", async () => {
    await shown();
    const planned = state().pruning.of?.plan.hash;
    harness.elapse(LOOKED_AT);
    await until(harness, ({ history }) => history.entries?.[0]?.file === "mine.json");
    const [line] = state().history.entries ?? [];
    expect(line).toMatchObject({ unopened: null, link: expect.stringContaining("&plan=") });
    actions().pruning.setMethod("wanda-sp");
    await visit(line?.link ?? "");
    await until(harness, ({ pruning }) => pruning.of?.plan.hash === planned);
  });

  it("is not there for whoever gets the link: that is said, and the rest opens", async () => {
    await shown();
    await follow(address().replace("example=1", "example=2"), createHarness());
    await settled();
    await expect
      .poll(notes)
      .toMatch(/^plan “[0-9a-f]{32}” \(a plan of a file, which links cannot carry: .* by itself\)$/);
    expect(state()).toMatchObject({ input: { picture: { exampleId: "2" } }, pruning: { ratio: 0.3, opened: null } });
    expect(address()).not.toContain("plan=");
  });

  it("gives way to a thumb that moves before the model is there", async () => {
    await shown();
    const hash = address();
    harness.workbench.close();
    harness = createHarness(harness.records);
    const gates: { open(): void }[] = [];
    harness.onEngine = (fake) => gates.push(fake.gate("load"));
    const opening = harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
    expect(state().pruning.wanted).not.toBeNull();
    actions().pruning.setRatio(0.6);
    await until(harness, () => gates.length > 0);
    for (const gate of gates) gate.open();
    await opening;
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(state().pruning).toMatchObject({ opened: null, wanted: null, ratio: 0.6 });
    expect(notes()).toBe("");
  });

  it("is not asked for once the page makes it itself", async () => {
    await shown((plan) => plan);
    expect(state().pruning.opened).toBeNull();
    expect(address()).not.toContain("plan=");
    expect(places()).toEqual([]);
  });

  it.each<[string, (record: string) => unknown]>([
    ["a unit of it was changed", (record) => record.replace("0,1", "1,0")],
    ["its name was changed", (record) => record.replace("mine.json", "yours.json")],
    ["it was cut", (record) => record.slice(0, -1)],
    ["it is of another kind", () => 17],
  ])("is dropped where %s, which is said", async (_, damage) => {
    await shown();
    const hash = address();
    const [place = ""] = places();
    const [record] = await harness.records.read(place);
    const damaged = damage(record as string);
    expect(damaged).not.toEqual(record);
    await harness.records.replace(place, damaged);
    await follow(hash);
    await expect.poll(notes).toContain("was damaged, and is dropped; the page plans by itself)");
    expect(state().pruning).toMatchObject({ opened: null, ratio: 0.3 });
    expect(places()).toEqual([]);
  });

  it("of other weights is not shown, with both named", async () => {
    await shown();
    const plans = createKeptPlans(harness.records, () => 0);
    const kept = await plans.find(state().pruning.opened?.keptAs ?? "");
    if (!kept || kept === "damaged") throw new Error("It is not kept.");
    const weightHash = "f".repeat(64);
    const other = await plans.keep({ file: "far.json", plan: { ...kept.plan, model: { name: "far", weightHash } } });
    await visit(`ratio=30&plan=${other}`);
    await expect.poll(notes).toMatch(/far\.json was made for far with weights ffff.*; this model is fake/);
    expect(state().pruning.opened).toBeNull();
  });

  it("is said to be lost with a reload where the browser keeps nothing", async () => {
    harness = await opened();
    harness.records.failWith(new Error("blocked"));
    await actions().files.open([planFile(state(), swapped)]);
    expect(state().files).toMatchObject({ failure: null, outcome: expect.stringContaining("shown as it is until") });
    expect(state().files.outcome).toContain(
      "This browser does not keep the plan (blocked): after a reload its file has to be opened again.",
    );
    expect(state().pruning.opened?.keptAs).toBeNull();
    expect(address()).not.toContain("plan=");
  });

  it("says why a browser that keeps it does not give it out", async () => {
    await shown();
    const hash = address();
    actions().pruning.setRatio(0.5);
    harness.records.failWith(new Error("blocked"));
    await visit(hash);
    await expect
      .poll(notes)
      .toContain("this browser does not give out what it keeps: blocked; the page plans by itself");
  });

  it("is listed with the kept work, and forgotten: the address names it no longer", async () => {
    await shown();
    expect(address()).toContain("plan=");
    await actions().kept.refresh();
    const item = state().kept.items?.find(({ kind }) => kind === "plan");
    if (!item) throw new Error("It is not listed.");
    expect(item).toMatchObject({ title: "mine.json", details: expect.stringContaining("a plan of Fake") });
    await actions().kept.remove([item]);
    expect(places()).toEqual([]);
    expect(state().kept.items).not.toContainEqual(item);
    expect(state().pruning.opened).toMatchObject({ file: "mine.json", keptAs: null });
    expect(address()).not.toContain("plan=");
  });
});

it("kept plans are few, and one under two names is two", async () => {
  await shown();
  const records = createMemoryRecords();
  const plans = createKeptPlans(records, () => 0);
  const kept = await createKeptPlans(harness.records, () => 0).find(state().pruning.opened?.keptAs ?? "");
  if (!kept || kept === "damaged") throw new Error("It is not kept.");
  const names: string[] = [];
  for (let count = 0; count <= PLAN_LIMITS.most; count++) {
    names.push(await plans.keep({ file: `${count}.json`, plan: kept.plan }));
  }
  expect(new Set(names).size).toBe(names.length);
  expect((await plans.list()).map(({ title }) => title)).toEqual(
    ["8", "7", "6", "5", "4", "3", "2", "1"].map((count) => `${count}.json`),
  );
  expect(await plans.find(names[0] ?? "")).toBeNull();
  expect(await plans.find(names[1] ?? "")).toEqual({ file: "1.json", plan: kept.plan });
});
