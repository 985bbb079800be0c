import { describe, expect, it } from "vitest";
import { expectNear, type RecordedRun, recordedRuns } from "../testing/recorded-runs.ts";
import { createExperimentTime, type WorkBlock } from "./time-left.ts";

const experiments = recordedRuns.filter(({ kinds }) => kinds > 1);

/** The rows that begin a block: traces are kind 0, the dense model is kind 1. */
function blocksOf({ rows }: RecordedRun) {
  const starts = rows.filter(([, block], place) => block !== rows[place - 1]?.[1]);
  const doneBefore = (place: number) => starts[place]?.[4] ?? starts[0]?.[5] ?? 0;
  const samplesOf = (place: number) => doneBefore(place + 1) - doneBefore(place);
  const blocks = starts.map(([, , kind], place): WorkBlock => {
    const role = kind === 0 ? "traces" : kind === 1 ? "dense" : "pruned";
    // Traces are of the samples that the block behind them has.
    return { kind: `${kind}`, role, samples: samplesOf(kind === 0 ? place + 1 : place) };
  });
  const placeOf = (block: number) => starts.findIndex(([, other]) => other === block);
  return { blocks, placeOf };
}

describe.each(experiments)("$name, as they were recorded", (run) => {
  it(`are estimated within ${run.factor} after 10, 25 and 50 % of the work`, () => {
    const timeLeft = createExperimentTime();
    const { blocks, placeOf } = blocksOf(run);
    const said = run.rows.flatMap(([now, block, , , done, total]) => {
      const note = { blocks, at: placeOf(block), generate: run.generate === true, share: done / total };
      const found = timeLeft(note, now);
      return found === null ? [] : [{ ...found, truth: run.seconds - now, share: note.share }];
    });
    expect(said[0]?.share).toBeGreaterThan(0);
    expectNear(said, run);
  });
});

describe("the time left of an experiment", () => {
  /** Traces, the dense model and two pruned ones, on 2 samples and then twice on 8: costs of 6, 12 and 12. */
  const blocks = [2, 8, 8].flatMap((samples): WorkBlock[] => [
    { kind: "traces", role: "traces", samples },
    { kind: "dense", role: "dense", samples },
    { kind: "short", role: "pruned", samples },
    { kind: "long", role: "pruned", samples },
  ]);
  const total = 3 * 18;
  const sharesBefore = blocks.map((_, at) => {
    const done = blocks.slice(0, at).filter(({ role }) => role !== "traces");
    return done.reduce((sum, { samples }) => sum + samples, 0) / total;
  });
  const noteAt = (at: number) => ({ blocks, at, generate: true, share: sharesBefore[at] ?? 1 });

  it("knows each model, and that few samples cost nearly as much as many", () => {
    const timeLeft = createExperimentTime();
    const starts = [0, 12, 18, 24, 84];
    for (const at of [0, 1]) expect(timeLeft(noteAt(at), starts[at] ?? 0)).toBeNull();
    for (const at of [2, 3]) timeLeft(noteAt(at), starts[at] ?? 0);
    // By cost: traces 2, of which the first block's other half was warming up, so 1; dense 1, short 1, long 10.
    const left = 24 * (1 + 1 + 1 + 10);
    expect(timeLeft(noteAt(4), 84)?.low).toBeCloseTo(0.85 * left, 6);
    expect(timeLeft(noteAt(4), 84)?.high).toBeCloseTo(1.2 * left, 6);
    // What the block at hand has taken is gone, but when it hangs the rest does not become shorter.
    expect(timeLeft(noteAt(4), 90)?.high).toBeCloseTo(1.2 * left - 6, 6);
    expect(timeLeft(noteAt(4), 900)?.high).toBeCloseTo(1.2 * left - 12, 6);
  });

  it("takes for models that it has not seen what those take that it has, and what the dense one takes", () => {
    const timeLeft = createExperimentTime();
    for (const [at, now] of [0, 12, 18].entries()) timeLeft(noteAt(at), now);
    // Traces and the dense model say 2, "short" says 8: the middle of both by factors is 4.
    const found = timeLeft(noteAt(3), 66);
    const [known, unseen] = [24 * (1 + 1 + 8), 6 + 24];
    expect(found?.low).toBeCloseTo(0.85 * known + 0.7 * 4 * unseen, 6);
    expect(found?.high).toBeCloseTo(1.2 * known + 1.35 * 4 * unseen, 6);
  });

  it("says nothing while a tenth is not done and half of the models are still to come", () => {
    const many = Array.from({ length: 10 }, (_, kind): WorkBlock => ({ kind: `${kind}`, role: "pruned", samples: 4 }));
    const timeLeft = createExperimentTime();
    const at = (place: number, share: number) => timeLeft({ blocks: many, at: place, generate: false, share }, place);
    for (const place of [0, 1, 2, 3]) expect(at(place, 0.01)).toBeNull();
    expect(at(3, 0.1)).not.toBeNull();
    expect(at(4, 0.05)).toBeNull();
    expect(at(5, 0.05)).not.toBeNull();
  });
});
