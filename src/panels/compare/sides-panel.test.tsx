/** The pinned sides beside the live one, rendered to a string while the thumb moves. */
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../state/testing/harness.ts";
import { measureAt, opened } from "../../state/testing/journey.ts";
import { WorkbenchContext } from "../use-workbench.ts";
import { SidesPanel } from "./SidesPanel.tsx";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

/** Cells of a row of the sides' table as it stands now; a server would draw the initial state. */
function row(label: string): readonly string[] {
  const { store } = harness.workbench;
  const now = { ...harness.workbench, store: { ...store, getInitialState: store.getState } };
  const html = renderToStaticMarkup(
    <WorkbenchContext value={now}>
      <SidesPanel />
    </WorkbenchContext>,
  );
  const found = html.match(new RegExp(`<th scope="row">${label}</th>(.*?)</tr>`))?.[1] ?? "";
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
