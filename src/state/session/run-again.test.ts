/** A session is run again: what comes out is compared with what was saved, value by value. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../testing/harness.ts";
import { measureAt, opened, until } from "../testing/journey.ts";
import { comparedSentence, compareNumbers } from "./compare-values.ts";
import type { ComparedValue } from "./saved-run.ts";
import { changed, changeSession } from "./testing/change-session.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const check = () => state().files.session?.check;
const unlike = () => check()?.values.filter(({ sameness }) => sameness !== "equal") ?? [];

let session = new Blob();
beforeEach(async () => {
  harness = await opened();
  await measureAt(harness, 0.5);
  session = (await actions().files.saveSession())?.file ?? session;
  harness.workbench.close();
  harness = await opened(createHarness());
});

type Json = Record<string, unknown>;

async function runAgain(changes: Parameters<typeof changeSession>[1] = {}, statistics = false): Promise<void> {
  await actions().files.open([new File([await changeSession(session, changes)], "a.zip")]);
  expect(state().files.failure).toBeNull();
  await actions().files.runAgain(statistics);
}

/** Changes what was measured, sealed anew. */
const measured = (change: (measured: Json & { measurement: Json & { kl: number[] } }) => Json) => ({
  "shown.json": changed(({ text }) => {
    const record = JSON.parse(String(text));
    record.measured = record.measured.map(change);
    return { text: JSON.stringify(record) };
  }),
});

describe("a session that is run again", () => {
  it("is equal, value by value, and was computed anew", async () => {
    const before = harness.fake().calls.length;
    await runAgain({}, true);
    expect(check()).toMatchObject({ status: "done", failure: null, device: "webgpu" });
    expect(check()?.values.map(({ name }) => name)).toEqual([
      "The dense model's words",
      "Samples",
      "Attribution, all tokens",
      "Attribution, pivots",
      "CMDS",
      "Sens",
      "Reached ratio",
      "Units kept",
      "KL per token, nats",
      "Surprise of the pruned model, nats",
      "Surprise of the dense model, nats",
      "Likeliest tokens of the pruned model",
      "Perplexity of the pruned model",
      "Perplexity of the dense model",
      "The pruned model's words",
      "Verdict",
    ]);
    expect(unlike()).toEqual([]);
    const kinds = harness
      .fake()
      .calls.slice(before)
      .map(({ kind }) => kind);
    for (const kind of ["generate", "calibrate", "evaluate"]) expect(kinds).toContain(kind);
  });

  it("says which value is different, with both", async () => {
    await runAgain(
      measured((one) => ({ ...one, measurement: { ...one.measurement, kl: one.measurement.kl.with(1, 3.5) } })),
    );
    expect(unlike()).toMatchObject([{ name: "KL per token, nats", sameness: "different", saved: "3.5" }]);
    expect(unlike()[0]?.now).not.toBe("3.5");
    expect(unlike()[0]?.note).toMatch(/furthest apart at 2: by/);
  });

  it("counts what another backend rounds as the same, within the tolerance", async () => {
    await runAgain(
      measured((one) => ({
        ...one,
        measurement: { ...one.measurement, kl: one.measurement.kl.map((value) => value + 2e-5) },
      })),
    );
    expect(unlike()).toMatchObject([{ name: "KL per token, nats", sameness: "within" }]);
  });

  it("finds words that are others, at their place", async () => {
    await runAgain({
      "shown.json": changed(({ text }) => {
        const record = JSON.parse(String(text));
        record.trace.tokens[2] = { id: 99_999, text: " zebra" };
        return { text: JSON.stringify(record) };
      }),
    });
    expect(unlike()[0]).toMatchObject({ name: "The dense model's words", note: "from token 3 on" });
    expect(unlike()[0]?.saved).toContain("zebra");
    expect(unlike()[0]?.now).not.toContain("zebra");
  });

  it("finds a plan that these statistics do not make", async () => {
    await runAgain({
      "plan.json": changed((plan) => {
        const keep = plan.keep as Record<string, number[]>;
        const [key, units = []] = Object.entries(keep).find(([, list]) => list.includes(0) && list.includes(1)) ?? [""];
        const [kept, gone] = [units.indexOf(1), units.indexOf(0)];
        return { ...plan, keep: { ...keep, [key]: units.with(kept, 0).with(gone, 1) } };
      }),
    });
    expect(unlike()).toContainEqual(
      expect.objectContaining({ name: "Units kept", note: "2 units are kept in one and not in the other" }),
    );
  });

  it("plans again what needs the weights read, with even widths", async () => {
    actions().pruning.setMethod("magnitude-columns");
    actions().pruning.setParameter("evenWidths", "on");
    await until(harness, ({ pruning }) => pruning.frame !== null && pruning.of?.plan.method === "magnitude-columns");
    await measureAt(harness, 0.45);
    session = (await actions().files.saveSession())?.file ?? session;
    harness.workbench.close();
    harness = await opened(createHarness());
    await runAgain();
    expect(unlike()).toEqual([]);
    expect(check()?.values).toContainEqual(expect.objectContaining({ name: "Units kept", note: "the same units" }));
  });

  it("can be cancelled, and run again", async () => {
    await runAgain();
    const { open } = harness.fake().gate("generate");
    const running = actions().files.runAgain(false);
    await until(harness, ({ files }) => files.session?.check?.status === "running");
    actions().files.cancelRun();
    open();
    await running;
    expect(check()?.status).toBe("cancelled");
    await actions().files.runAgain(false);
    expect(check()).toMatchObject({ status: "done" });
  });

  it("is refused once other weights are open", async () => {
    await runAgain();
    const { options } = state().model;
    harness.onEngine = (fake) => {
      const { load } = fake;
      Object.assign(fake, {
        load: async (...given: Parameters<typeof load>) => ({ ...(await load(...given)), weightHash: "f".repeat(64) }),
      });
    };
    await actions().model.load({ kind: "address", name: "second", url: "http://page/models/second/" }, options);
    await actions().files.runAgain(false);
    expect(check()?.failure?.message).toMatch(/a\.zip was made for the session's model with weights 0123/);
  });
});

describe("values", () => {
  const compare = (saved: number[], now: number[], scale?: number) => compareNumbers("x", saved, now, scale).sameness;

  it("are equal to the bit, within a share of the largest, or different", () => {
    expect(compare([1, 2], [1, 2])).toBe("equal");
    expect(compare([1, 1000], [1.09, 1000])).toBe("within");
    expect(compare([1, 1000], [1.11, 1000])).toBe("different");
    expect(compare([1, 1000], [1.0002, 1000], 1)).toBe("different");
    expect(compare([1], [1, 2])).toBe("different");
    expect(compare([Number.NaN], [Number.NaN])).toBe("equal");
    expect(compare([1], [Number.NaN])).toBe("different");
    expect(compare([], [])).toBe("equal");
  });

  it("are summed up in one sentence, with both devices where they differ", () => {
    const values = (...sameness: ComparedValue["sameness"][]) =>
      sameness.map((one): ComparedValue => ({ name: "x", sameness: one, saved: "", now: "", note: "" }));
    const here = { saved: "cpu", now: "cpu" };
    expect(comparedSentence(values("equal", "equal"), here)).toBe(
      "Equal: all 2 values are as saved, to the last digit.",
    );
    expect(comparedSentence(values("equal", "within"), { saved: "webgpu", now: "cpu" })).toBe(
      "Equal within 0.0001: 1 of 2 values to the last digit, 1 within the tolerance. It was saved on webgpu and ran on cpu.",
    );
    expect(comparedSentence(values("different", "within"), here)).toBe("Different: 1 of 2 values are not as saved.");
  });
});
