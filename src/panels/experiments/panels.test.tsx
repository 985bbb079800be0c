/** The tabs, rendered to a string in the states that an experiment goes through: roles, names and words. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createHarness, type Harness } from "../../state/testing/harness.ts";
import { opened } from "../../state/testing/journey.ts";
import { placeAfterKey } from "../place-after-key.ts";
import { TabsPanel } from "../TabsPanel.tsx";
import { WorkbenchContext } from "../use-workbench.ts";
import AblationsTab from "./AblationsTab.tsx";
import CurvesTab from "./CurvesTab.tsx";
import LayersTab from "./LayersTab.tsx";
import MethodsTab from "./MethodsTab.tsx";
import PlacesTab from "./PlacesTab.tsx";
import WindowsTab from "./WindowsTab.tsx";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const actions = () => harness.workbench.actions;
const state = () => harness.workbench.store.getState();

/** What stands on the page now; a server would draw the initial state. */
function drawn(panel: ReactNode): string {
  const { store } = harness.workbench;
  const now = { ...harness.workbench, store: { ...store, getInitialState: store.getState } };
  return renderToStaticMarkup(<WorkbenchContext value={now}>{panel}</WorkbenchContext>);
}

const buttons = (html: string) =>
  [...html.matchAll(/<button type="button" class="button[^>]*>([^<]*)</g)].map((match) => match[1]);
const disabled = (html: string, label: string) => new RegExp(`<button[^>]*disabled[^>]*>${label}`).test(html);

async function readyWithTwo(): Promise<void> {
  harness = await opened();
  actions().experiments.choose({ methods: ["mucrasp", "flap"] });
  await actions().experiments.prepare("methods");
  await expect.poll(() => state().experiments.families).not.toBeNull();
}

describe("the tab list", () => {
  it("is collapsed at first, with one way in for the keyboard", () => {
    harness = createHarness();
    const html = drawn(<TabsPanel />);
    expect(html).toContain('role="tablist" aria-label="Comparisons and experiments"');
    const tabs = html.match(/role="tab" [^>]*>[^<]*/g) ?? [];
    expect(tabs.map((tab) => tab.replace(/^[^>]*>/, ""))).toEqual([
      ...["Compare", "Methods", "Curves", "Ablations", "Windows", "Where KL lives", "Layers", "Speed", "History"],
    ]);
    expect(tabs.filter((tab) => tab.includes('tabindex="0"'))).toHaveLength(1);
    expect(html).not.toMatch(/role="tabpanel"|aria-selected="true"/);
  });

  it("names the panel of the tab that is open by its tab", () => {
    harness = createHarness();
    actions().preferences.openTab("curves");
    const html = drawn(<TabsPanel />);
    expect(html).toMatch(/id="tab-curves"[^>]*aria-selected="true"[^>]*aria-controls="tabpanel-curves"/);
    expect(html).toMatch(/role="tabpanel"[^>]*id="tabpanel-curves"[^>]*aria-labelledby="tab-curves"/);
    actions().preferences.openTab("no such tab");
    expect(state().preferences.tab).toBe("curves");
  });

  it("is walked along with the arrow keys, in a circle", () => {
    expect(placeAfterKey("ArrowRight", 6, 7)).toBe(0);
    expect(placeAfterKey("ArrowLeft", 0, 7)).toBe(6);
    expect(placeAfterKey("Home", 3, 7)).toBe(0);
    expect(placeAfterKey("End", 3, 7)).toBe(6);
    expect(placeAfterKey("Enter", 3, 7)).toBeNull();
  });
});

describe("an experiment's panel", () => {
  it("says what it waits for before there is a model", () => {
    harness = createHarness();
    for (const Tab of [MethodsTab, CurvesTab, AblationsTab, WindowsTab]) {
      const html = drawn(<Tab />);
      expect(html).toContain("measured yet");
      expect(html).toMatch(/<button[^>]*disabled[^>]*>Measure/);
    }
  });

  it("offers to start, with what it takes", async () => {
    await readyWithTwo();
    const html = drawn(<MethodsTab />);
    expect(disabled(html, "Measure methods at 40")).toBe(false);
    expect(html).toContain("3 models × 12 samples · how long is known once it runs");
    actions().experiments.choose({ methods: [] });
    expect(drawn(<MethodsTab />)).toContain("Choose at least one method");
  });

  it("shows a run, its pause and what is there so far", async () => {
    await readyWithTwo();
    const gate = harness.fake().gate("assess");
    const started = actions().experiments.start("methods");
    await expect.poll(() => state().experiments.runs.methods.progress?.totalUnits).toBe(36);
    const running = drawn(<MethodsTab />);
    expect(running).toContain('<progress aria-label="Measure methods at 40\u00a0%" value="0" max="1"');
    expect(buttons(running)).toEqual(["Pause", "Cancel measuring"]);
    expect(running).toContain('<fieldset class="choices" disabled=""');
    actions().experiments.pause("methods");
    expect(buttons(drawn(<MethodsTab />))).toEqual(["Resume", "Cancel measuring"]);
    actions().experiments.resume("methods");
    gate.open();
    await started;
    const done = drawn(<MethodsTab />);
    expect(done).toContain("3 models, 36 measurements on 12 samples");
    expect(done).toContain("KL by method");
    expect(done).toContain("Methods compared");
    expect(done).toContain("FLAP");
    expect(done).not.toMatch(/NaN|undefined|Infinity/);
    expect(disabled(done, "Measure methods at 40")).toBe(true);
  });

  it("says that a result is of another ratio, and offers this one", async () => {
    await readyWithTwo();
    await actions().experiments.start("methods");
    actions().pruning.setRatio(0.255);
    const html = drawn(<MethodsTab />);
    expect(html).toContain("Shown is what was chosen when it was started, at 40\u00a0%");
    expect(html.match(/computed at 40\u00a0%/g)).toHaveLength(2);
    expect(html).not.toContain("measured yet");
    expect(disabled(html, "Measure methods at 25.5")).toBe(false);
  });

  it("lists what was measured before, and not what is shown", async () => {
    await readyWithTwo();
    await actions().experiments.start("methods");
    actions().pruning.setRatio(0.255);
    await actions().experiments.start("methods");
    await actions().stored.refreshResults();
    const html = drawn(<MethodsTab />);
    expect(html).toContain("Measured before: 1");
    expect(buttons(html)).toContain("Show µCRASP and FLAP at 40\u00a0%");
    expect(html).not.toContain("Show µCRASP and FLAP at 25.5");
    expect(drawn(<CurvesTab />)).not.toContain("Measured before");
  });

  it("goes on after a cancel and after a failure, each with its words", async () => {
    await readyWithTwo();
    let gate = harness.fake().gate("assess");
    let started = actions().experiments.start("methods");
    await expect.poll(() => harness.fake().calls.at(-1)?.kind).toBe("assess");
    const next = harness.fake().gate("assess");
    gate.open();
    await expect.poll(() => state().experiments.runs.methods.result?.cells[0]?.records.length).toBe(12);
    actions().experiments.cancel("methods");
    await started;
    next.open();
    const cancelled = drawn(<MethodsTab />);
    expect(cancelled).toContain("Stopped after 3 models, 12 measurements");
    expect(cancelled).toContain("Go on measuring");

    gate = harness.fake().gate("assess");
    const lost = new PivotscopeError("device-lost", "The GPU went away.", "Reload the model.");
    harness.fake().failNext("assess", lost);
    // It is opened again, and lost again, until the page gives up.
    harness.onEngine = (fake) => fake.failNext("assess", lost);
    started = actions().experiments.start("methods");
    gate.open();
    await started;
    const failed = drawn(<MethodsTab />);
    expect(failed).toContain('role="alert"');
    expect(failed).toContain("The GPU went away.");
    expect(buttons(failed)).toContain("Reload model");
    expect(failed).toContain("KL by method");
  });
});

describe("where nothing has been measured", () => {
  const file = join(import.meta.dirname, "../../../public/models/scenes/results.json");
  const results: unknown = JSON.parse(readFileSync(file, "utf8"));

  /** The page with a bundled model that brings results of its own along. */
  async function withReference(): Promise<void> {
    harness = createHarness();
    const models = [{ name: "fake", label: "Fake 1M", url: "models/fake/", results: "results.json" }];
    harness.files.set("models/index.json", { models });
    harness.files.set("http://page/models/fake/results.json", results);
    await opened(harness);
    await actions().experiments.loadReference();
  }

  it("shows what was measured elsewhere, says so on every chart, and offers to measure here", async () => {
    await withReference();
    actions().pruning.setRatio(0.38);
    const tabs = [<MethodsTab key="m" />, <CurvesTab key="c" />, <AblationsTab key="a" />, <WindowsTab key="w" />];
    for (const html of [...tabs, <PlacesTab key="p" />].map(drawn)) {
      expect(html).toContain("Not measured here yet.");
      expect(html).toMatch(/reference: Scenes 3M, 30 samples, cpu \([^)]+\), version [\d.]+, calibrated on (384|96)/);
      const captions = [...html.matchAll(/chartCaption">([^<]*)</g)].map(([, text]) => text);
      expect(captions.length).toBeGreaterThan(0);
      for (const caption of captions) expect(caption).toMatch(/^reference: Scenes 3M · /);
      expect(html).not.toMatch(/NaN|undefined|Infinity|measured yet/);
      expect(buttons(html)).toContain("Measure here");
      // These weights are not those of the file.
      expect(html).toContain("It is of the model that the page brings along, not of Fake 1M.");
    }
    expect(drawn(<MethodsTab />)).toContain("It is at 40\u00a0%, the nearest to the slider&#x27;s 38\u00a0%.");
    expect(drawn(<AblationsTab />)).toContain("the nearest to the slider");
    expect(drawn(<CurvesTab />)).toContain("µCRASP");
  });

  it("goes where something has been measured here", async () => {
    await withReference();
    actions().experiments.choose({ methods: ["mucrasp", "flap"] });
    await actions().experiments.start("methods");
    expect(drawn(<MethodsTab />)).not.toContain("reference");
    expect(drawn(<PlacesTab />)).not.toContain("reference");
    expect(drawn(<CurvesTab />)).toContain("reference");
  });

  it("says that nothing has been measured where the file is not there or is broken", async () => {
    harness = createHarness();
    const models = [{ name: "fake", label: "Fake 1M", url: "models/fake/", results: "results.json" }];
    harness.files.set("models/index.json", { models });
    harness.files.set("http://page/models/fake/results.json", { version: 1 });
    await opened(harness);
    await actions().experiments.loadReference();
    expect(drawn(<CurvesTab />)).toContain("No curve has been measured yet.");
  });
});

describe("the other panels", () => {
  it("draw curves of the chosen metric and family", async () => {
    await readyWithTwo();
    actions().experiments.choose({ ratios: [0, 0.4], metric: "judge", family: "physical" });
    await actions().experiments.start("curves");
    const html = drawn(<CurvesTab />);
    expect(html).toContain("Compression curves, physical questions");
    expect(html).toMatch(/<option value="judge" selected="">Judge score/);
    expect(html).toContain("4 samples");
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("draw ablations against the full method, and windows over CMDS", async () => {
    harness = await opened();
    actions().experiments.choose({ samplesPerFamily: 10 });
    await actions().experiments.start("ablations");
    const ablations = drawn(<AblationsTab />);
    for (const row of ["no pivots", "random pivots", "no CMDS", "uniform per module"]) expect(ablations).toContain(row);
    await actions().experiments.start("windows");
    const windows = drawn(<WindowsTab />);
    expect(windows).toContain("MLPs of 4 text layers zeroed");
    for (const html of [ablations, windows]) expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("draw the places of KL for the method at hand, or say where it is measured", async () => {
    await readyWithTwo();
    expect(buttons(drawn(<PlacesTab />))).toEqual(["Go to Methods"]);
    await actions().experiments.start("methods");
    expect(drawn(<PlacesTab />)).toContain("Where KL lives");
    actions().pruning.setMethod("random");
    expect(drawn(<PlacesTab />)).toContain("Random has not been measured");
  });

  it("compute layer views on request only", async () => {
    harness = await opened();
    expect(harness.fake().calls.some((call) => call.kind === "observeLayers")).toBe(false);
    expect(buttons(drawn(<LayersTab />))).toEqual(["Compute layer views"]);
    await actions().layers.start();
    const html = drawn(<LayersTab />);
    for (const name of ["Block influence", "Outlier share", "Token density"]) expect(html).toContain(name);
  });
});
