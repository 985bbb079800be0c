import { afterEach, describe, expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import type { WorkbenchState } from "./shape.ts";
import { initialPreferences } from "./slices/preferences-state.ts";
import { initialPruning } from "./slices/pruning/pruning-state.ts";
import { createSteps, eachInOneStep } from "./steps.ts";
import type { Harness } from "./testing/harness.ts";
import { opened, until } from "./testing/journey.ts";

function setUp() {
  const initial = { pruning: initialPruning, preferences: initialPreferences } as WorkbenchState;
  const store = createStore<WorkbenchState>()(() => initial);
  const told: WorkbenchState[] = [];
  store.subscribe((state) => told.push(state));
  return { ...createSteps(store), store, told };
}

describe("a step", () => {
  it("is told once, however many slices it changes, and is seen by the one who makes it", () => {
    const { inOneStep, patch, get, told } = setUp();
    inOneStep(() => {
      patch("pruning", { ratio: 0.1 });
      patch("preferences", { theme: "dark" });
      patch("pruning", { ratio: 0.2 });
      expect([get().pruning.ratio, told.length]).toEqual([0.2, 0]);
    });
    expect(told.map(({ pruning, preferences }) => [pruning.ratio, preferences.theme])).toEqual([[0.2, "dark"]]);
  });

  it("holds what follows from it, and what follows from that, whatever the order of the reactions", () => {
    const { follow, patch, told } = setUp();
    const seen: string[] = [];
    follow(
      ({ preferences }) => preferences.theme,
      (theme) => {
        seen.push(theme);
        patch("pruning", { method: theme });
      },
    );
    follow(
      ({ pruning }) => pruning.ratio,
      (ratio) => patch("preferences", { theme: ratio > 0.5 ? "dark" : "light" }),
    );
    patch("pruning", { ratio: 0.6 });
    expect(seen).toEqual(["dark"]);
    expect(told.map(({ pruning, preferences }) => [pruning.ratio, pruning.method, preferences.theme])).toEqual([
      [0.6, "dark", "dark"],
    ]);
  });

  it("is told of nothing when nothing has changed, and ends where something fails", () => {
    const { inOneStep, patch, told, store } = setUp();
    patch("pruning", { ratio: initialPruning.ratio });
    inOneStep(() => {});
    expect(told).toEqual([]);
    expect(() =>
      inOneStep(() => {
        patch("pruning", { ratio: 0.1 });
        throw new Error("It broke.");
      }),
    ).toThrow("It broke.");
    expect(store.getState().pruning.ratio).toBe(0.1);
    patch("pruning", { ratio: 0.2 });
    expect(told).toHaveLength(2);
  });

  it("of those who are told is one of its own", () => {
    const { patch, store, told } = setUp();
    store.subscribe(({ pruning }) => patch("preferences", { theme: pruning.ratio > 0.5 ? "dark" : "light" }));
    patch("pruning", { ratio: 0.6 });
    expect(told.map(({ preferences }) => preferences.theme)).toEqual([initialPreferences.theme, "dark"]);
  });

  it("no longer holds what has stopped following", () => {
    const { follow, patch } = setUp();
    const seen: number[] = [];
    const stop = follow(
      ({ pruning }) => pruning.ratio,
      (ratio) => seen.push(ratio),
    );
    patch("pruning", { ratio: 0.1 });
    stop();
    patch("pruning", { ratio: 0.2 });
    expect(seen).toEqual([0.1]);
  });

  it("is what each action becomes, up to its first await", async () => {
    const steps = setUp();
    const { pruning } = eachInOneStep(
      {
        pruning: {
          async set(ratio: number) {
            steps.patch("pruning", { ratio: 0 });
            steps.patch("pruning", { ratio });
            await Promise.resolve();
            steps.patch("pruning", { method: "flap" });
            return ratio;
          },
        },
      },
      steps,
    );
    expect(await pruning.set(0.3)).toBe(0.3);
    expect(steps.told.map((state) => [state.pruning.ratio, state.pruning.method])).toEqual([
      [0.3, initialPruning.method],
      [0.3, "flap"],
    ]);
  });
});

describe("the workbench's actions", () => {
  let harness: Harness;
  afterEach(() => harness.workbench.close());

  /** Every state that those who listen are told from now on. */
  function listen() {
    const told: WorkbenchState[] = [];
    harness.workbench.store.subscribe((state) => told.push(state));
    return told;
  }

  it("never show an edited scene's history or selection beside the scene before", async () => {
    harness = await opened();
    const { input, scenes } = harness.workbench.actions;
    await input.chooseExample("3");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    const { scene } = harness.workbench.store.getState().input.picture ?? {};
    const told = listen();
    scenes.add();
    expect(told.filter(({ input: { picture } }) => picture?.scene === scene)).toEqual([]);
    expect(told[0]).toMatchObject({ scenes: { past: [{ scene }] }, input: { picture: { scene: expect.anything() } } });
    scenes.undo();
    const left = told.filter(({ scenes: { past } }) => past.length === 0);
    expect(left.map(({ input: { picture } }) => picture?.scene)).toEqual(left.map(() => scene));
    expect(left.length).toBeGreaterThan(0);
  });

  it("show a gallery together with the seed that it was drawn from", async () => {
    harness = await opened();
    const told = listen();
    harness.workbench.actions.scenes.shuffle();
    expect(told.map(({ scenes }) => scenes.shuffled[0]?.id)).toEqual([`${told[0]?.scenes.seed}.1`]);
  });

  it("ask about an example's picture only its own question, once", async () => {
    harness = await opened();
    const asked = () => harness.fake().calls.filter(({ kind }) => kind === "generate").length;
    const before = asked();
    const told = listen();
    await harness.workbench.actions.input.chooseExample("2");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    const questions = told.filter(({ input }) => input.picture?.exampleId === "2").map(({ input }) => input.question);
    expect(new Set(questions)).toEqual(new Set(["Is it red?"]));
    expect(asked() - before).toBe(1);
  });
});
