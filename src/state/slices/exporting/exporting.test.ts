/** Writing the plan at hand: under its own name whatever the slider does, cancelled and failed without a result. */
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened } from "../../testing/journey.ts";
import { exportOrder } from "./export-order.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const CHOICE = { format: "transformers", precision: "stored" } as const;
const start = () => {
  const asked = exportOrder(state(), CHOICE);
  if (!asked) throw new Error("There is a plan.");
  return actions().exporting.start(asked);
};

async function fresh(): Promise<void> {
  harness = createHarness();
  await opened(harness);
}

describe("an export", () => {
  it("carries the model's, the method's and the ratio's name, and what was measured of just this plan", async () => {
    await fresh();
    await measureAt(harness, 0.3);
    const made = exportOrder(state(), CHOICE);
    expect(made?.fileName).toBe("fake-mucrasp-30pct-transformers.zip");
    expect(made?.order).toMatchObject({ name: "fake-mucrasp-30pct-transformers", format: "transformers", to: null });
    expect(made?.order.plan.ratio.asked).toBe(0.3);
    expect(made?.order.measured).toEqual([expect.stringMatching(/^Asked ".+" about .+: KL.* has a mean of \d/)]);
    actions().pruning.setRatio(0.4);
    expect(exportOrder(state(), CHOICE)?.order.measured).toEqual([]);
  });

  it("is of the plan that stood there when it began", async () => {
    await fresh();
    actions().pruning.setRatio(0.3);
    const gate = harness.fake().gate("exportModel");
    const writing = start();
    actions().pruning.setRatio(0.6);
    gate.open();
    await writing;
    expect(state().exporting).toMatchObject({ status: "done", outcome: { bytes: 100, format: "transformers" } });
    expect(state().exporting.outcome?.of.plan.asked).toBe(0.3);
    expect(state().exporting.outcome?.fileName).toContain("30pct");
  });

  it("leaves no result where it is cancelled or fails, and can be made again", async () => {
    await fresh();
    await start();
    const gate = harness.fake().gate("exportModel");
    const writing = start();
    actions().exporting.cancel();
    gate.open();
    await writing;
    expect(state().exporting).toMatchObject({ status: "cancelled", outcome: null });
    harness.fake().failNext("exportModel", new PivotscopeError("bad-input", "The disk is full."));
    await start();
    expect(state().exporting).toMatchObject({
      status: "failed",
      outcome: null,
      failure: { message: "The disk is full." },
    });
    await start();
    expect(state().exporting.status).toBe("done");
  });

  it("waits for a plan", () => {
    harness = createHarness();
    expect(exportOrder(state(), CHOICE)).toBeNull();
  });
});
