/** The tab Compare rendered to a string while the thumb moves. */
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../state/testing/harness.ts";
import { measureAt, opened, until } from "../../state/testing/journey.ts";
import { WorkbenchContext } from "../use-workbench.ts";
import { ReasoningComparison } from "./ReasoningComparison.tsx";
import { SidesPanel } from "./SidesPanel.tsx";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

/** A panel as it stands now; a server would draw the initial state. */
function drawn(panel: ReactNode): string {
  const { store } = harness.workbench;
  const now = { ...harness.workbench, store: { ...store, getInitialState: store.getState } };
  return renderToStaticMarkup(<WorkbenchContext value={now}>{panel}</WorkbenchContext>);
}

/** Cells of a row of the sides' table. */
function row(label: string): readonly string[] {
  const found = drawn(<SidesPanel />).match(new RegExp(`<th scope="row">${label}</th>(.*?)</tr>`))?.[1] ?? "";
  return [...found.matchAll(/<td([^>]*)>([^<]*)<\/td>/g)].map(
    ([, attributes = "", text = ""]) => text + (attributes.includes("data-stale") ? " (stale)" : ""),
  );
}

it("follows the thumb with what is planned, keeps an older ratio's result greyed, and never shows another method's", async () => {
  harness = await opened();
  await measureAt(harness, 0.6);
  await harness.workbench.actions.pins.pin();
  const answer = "answer differs: three → four";
  expect(row("Answer")).toEqual([answer, answer]);
  harness.workbench.actions.pruning.setRatio(0.2);
  expect(row("Asked")).toEqual(["60.0\u00a0%", "20.0\u00a0%"]);
  expect(row("Answer")).toEqual([answer, `${answer} (stale)`]);
  harness.workbench.actions.pruning.setMethod("wanda-sp");
  expect(row("Method")).toEqual(["µCRASP", "Wanda-SP"]);
  expect(row("Answer")).toEqual([answer, "–"]);
  await measureAt(harness, 0.2);
  expect(row("Answer")).toEqual([answer, "answer matches: three = three"]);
});

it("greys compared reasoning that the thumb has left, with its own ratio, and offers to compare again", async () => {
  harness = await opened();
  await measureAt(harness, 0.6);
  await harness.workbench.actions.comparison.start();
  expect(drawn(<ReasoningComparison />)).not.toMatch(/data-stale|Compare again/);
  harness.workbench.actions.pruning.setRatio(0.2);
  const html = drawn(<ReasoningComparison />);
  expect(html).toMatch(/data-stale.*computed at 60\u00a0%/);
  expect(html).toContain("Compare again");
  expect(html).toContain("Fake · µCRASP · 60.0\u00a0%");
  expect(html).toContain("Fake · not pruned");
});

it("compares two models one after the other, but not their single units", async () => {
  harness = await opened();
  await measureAt(harness, 0.6);
  await harness.workbench.actions.pins.pin();
  expect(drawn(<SidesPanel />)).toContain("Field compared");
  await harness.workbench.actions.opening.chooseFiles(new Map([["folder/model.safetensors", new Blob(["…"])]]));
  await until(harness, ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done");
  expect(row("Model")).toEqual(["Fake", "folder"]);
  const html = drawn(<SidesPanel />);
  expect(html).toContain("Layers compared");
  expect(html).not.toContain("Field compared");
  expect(html).toContain("Fake and folder are different models");
});
