/** Verdict, both lines and KL, rendered to a string as the thumb moves. */
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it } from "vitest";
import { REST } from "../../state/slices/measurement/measurement.ts";
import { createHarness, type Harness } from "../../state/testing/harness.ts";
import { measureAt, opened, until } from "../../state/testing/journey.ts";
import { WorkbenchContext } from "../use-workbench.ts";
import { Lines } from "./Lines.tsx";
import { VerdictLine } from "./VerdictLine.tsx";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

/** The panels now; a server would draw the initial state. */
function html(): string {
  const { store } = harness.workbench;
  const now = { ...harness.workbench, store: { ...store, getInitialState: store.getState } };
  return renderToStaticMarkup(
    <WorkbenchContext value={now}>
      <VerdictLine />
      <Lines />
    </WorkbenchContext>,
  );
}

function words(): string {
  return html()
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

it("says that nothing pruned was measured yet, and claims no ratio for it", async () => {
  harness = await opened();
  expect(words()).toContain("dense · not measured yet");
  expect(words()).toContain("not measured yet");
  expect(words()).not.toContain("0.0 %");
});

it("says the same in words where it is proved, and shows the pruned words where they differ", async () => {
  harness = await opened();
  await measureAt(harness, 0.05);
  expect(words()).toContain("says the same, word for word");
  await measureAt(harness, 0.7);
  expect(words()).not.toContain("word for word");
  expect(words()).toMatch(/≠?\s*answer differs: three → four/);
  expect(html()).toMatch(/data-breaks="true".*> four\.</);
});

it("says what the pruned model would say before it has written a word, and then each word that comes", async () => {
  harness = await opened();
  const gate = harness.fake().gate("generate");
  harness.workbench.actions.pruning.setRatio(0.7);
  harness.elapse(REST);
  await until(harness, ({ measurement }) => measurement.shown !== null);
  expect(words()).toContain("Provisional: what the pruned model would say");
  const said: string[] = [];
  harness.workbench.store.subscribe(
    ({ measurement }) => measurement.writing,
    () => said.push(words()),
  );
  gate.open();
  await until(harness, ({ measurement }) => measurement.status === "done");
  expect(said[0]).toContain("The pruned model is writing: 17 tokens.");
  expect(words()).toContain("own words. First divergence at token 16");
});

it("keeps the older words, with their ratio, while the thumb is elsewhere", async () => {
  harness = await opened();
  await measureAt(harness, 0.7);
  harness.workbench.actions.pruning.setRatio(0.2);
  expect(words()).toContain("computed at 70 %");
  expect(words()).toContain("at 70.0 %");
  expect(words()).toContain("four.");
});
