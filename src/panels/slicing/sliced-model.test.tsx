/** The switch to the sliced model, rendered to a string: it says what is there. */
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createHarness, type Harness } from "../../state/testing/harness.ts";
import { measureAt, opened, until } from "../../state/testing/journey.ts";
import SpeedTab from "../experiments/SpeedTab.tsx";
import { WorkbenchContext } from "../use-workbench.ts";
import SlicedModel from "./SlicedModel.tsx";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

/** What stands on the page now; a server would draw the initial state. */
function drawn(Panel: typeof SlicedModel): string {
  const { store } = harness.workbench;
  const now = { ...harness.workbench, store: { ...store, getInitialState: store.getState } };
  return renderToStaticMarkup(
    <WorkbenchContext value={now}>
      <Panel />
    </WorkbenchContext>,
  );
}

const switched = () => /role="switch" aria-checked="(\w+)"/.exec(drawn(SlicedModel))?.[1];

async function sliced(): Promise<void> {
  await harness.workbench.actions.slicing.run((run) => void run.slice(true));
  await until(harness, ({ slicing }) => slicing.status === "done" || slicing.status === "failed");
}

it("is off where slicing failed after the dense weights were released, and offers to load them again", async () => {
  harness = await opened();
  await measureAt(harness, 0.4);
  expect(switched()).toBe("false");
  harness.fake().failNext("slice", new PivotscopeError("bad-input", "text.0.attn keeps none."));
  await sliced();
  expect(switched()).toBe("false");
  expect(drawn(SlicedModel)).toContain("Load the model again");
});

it("is on with the dense weights released, and promises nothing that takes them", async () => {
  harness = await opened();
  await measureAt(harness, 0.4);
  await sliced();
  expect(switched()).toBe("true");
  expect(drawn(SpeedTab)).toMatch(/disabled=""[^>]*>Measure 40.*Takes the dense weights, which were released/);
  harness.workbench.actions.pruning.setRatio(0.6);
  expect(drawn(SlicedModel)).toContain("masks need the dense weights");
  expect(drawn(SlicedModel)).not.toContain("runs on masks");
});
