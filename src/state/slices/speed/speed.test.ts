import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const speed = () => harness.workbench.actions.speed;
const kinds = () => harness.fake().calls.map(({ kind }) => kind);

it("slices each ratio, times both models in turn, and gives the sliced weights back", async () => {
  harness = await opened();
  await speed().start([0.6, 0.2]);
  const { status, series } = state().speed;
  expect(status).toBe("done");
  expect(series?.points.map(({ asked, runs }) => [asked, runs])).toEqual([
    [0.2, 5],
    [0.6, 5],
  ]);
  expect(series?.of.plan).toMatchObject({ method: "mucrasp", asked: 0.2 });
  expect(series?.dense).toEqual({ tokens: state().reasoning.trace?.tokens.length, ended: true });
  const [one] = series?.points ?? [];
  expect(one?.dense.decode.median).toBeGreaterThan(0);
  const asked = kinds().filter((kind) => kind === "slice" || kind === "measureSpeed" || kind === "unslice");
  const each = ["slice", ...Array(10).fill("measureSpeed"), "unslice"];
  expect(asked).toEqual([...each, ...each]);

  // More ratios of the same plan join those that are there; another method begins anew.
  await speed().start([0.4]);
  expect(state().speed.series?.points.map(({ asked: ratio }) => ratio)).toEqual([0.2, 0.4, 0.6]);
  harness.workbench.actions.pruning.setMethod("flap");
  await speed().start([0.4]);
  expect(state().speed.series?.of.plan.method).toBe("flap");
  expect(state().speed.series?.points).toHaveLength(1);
});

it("times the method's own plan in the same turns where widths change it, the engine holding one at a time", async () => {
  harness = await opened();
  harness.workbench.actions.pruning.setRatio(0.5);
  harness.workbench.actions.pruning.setParameter("evenWidths", "on");
  await until(harness, ({ pruning }) => pruning.of?.plan.parameters.evenWidths === "on");
  const before = harness.fake().calls.length;
  await speed().start([0.5]);
  const { series } = state().speed;
  expect(series?.of.plan.parameters.evenWidths).toBe("on");
  const [point] = series?.points ?? [];
  expect(point?.own).toMatchObject({ reached: expect.any(Number), gains: { decode: { median: expect.any(Number) } } });
  const calls = harness.fake().calls.slice(before);
  const asked = calls.map(({ kind }) => kind).filter((kind) => kind === "slice" || kind === "measureSpeed");
  const round = Array(2).fill("measureSpeed");
  // Dense, even, own; own, even, dense; dense, even, own: what a round ended with is there when the next begins.
  expect(asked.slice(0, 12)).toEqual([
    ...["slice", ...round, "slice"],
    ...["measureSpeed", "measureSpeed", "slice", ...round],
    ...round,
    "slice",
  ]);
  expect(asked.filter((kind) => kind === "slice")).toHaveLength(6);
  expect(asked.filter((kind) => kind === "measureSpeed")).toHaveLength(15);
  const sliced = calls.filter(({ kind }) => kind === "slice").map(({ keep }) => keep?.join(""));
  expect(new Set(sliced).size).toBe(2);
  expect(sliced[0]).toBe(state().pruning.frame?.keep.join(""));
});

it("keeps what it has when it is cancelled, and gives the weights back then, too", async () => {
  harness = await opened();
  await speed().start([0.2]);
  const gate = harness.fake().gate("measureSpeed");
  const running = speed().start([0.3, 0.5]);
  await until(harness, () => kinds().filter((kind) => kind === "slice").length === 2);
  speed().cancel();
  gate.open();
  await running;
  await until(harness, () => kinds().at(-1) === "unslice");
  expect(state().speed.status).toBe("cancelled");
  expect(state().speed.series?.points.map(({ asked }) => asked)).toEqual([0.2]);
  speed().reset();
  expect(state().speed).toMatchObject({ status: "idle", series: null });
});

const slice = async (release: boolean) => {
  harness = await opened();
  await measureAt(harness, 0.4);
  await harness.workbench.actions.slicing.run((run) => void run.slice(release));
  await until(harness, ({ slicing }) => slicing.status === "done");
};

it("takes the place of the sliced model, and nobody goes on as if that were there", async () => {
  await slice(false);
  await speed().start([0.2]);
  expect(state().speed.status).toBe("done");
  expect(state().slicing).toMatchObject({ of: null, summary: null, check: null });
});

it("leaves sliced weights alone that are the only ones", async () => {
  await slice(true);
  await speed().start([0.2]);
  expect(state().speed).toMatchObject({ status: "failed", failure: { code: "unsupported" } });
  expect(kinds().filter((kind) => kind === "slice")).toHaveLength(1);
  expect(state().slicing).toMatchObject({ of: { plan: { asked: 0.4 } }, released: true });
});
