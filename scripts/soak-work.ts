/** What scripts/soak.ts has an engine do again and again: all that the page asks of one while somebody works with it. */
import { defaultPivotParameters } from "../src/core/pivots.ts";
import type { BackendKind, Engine, SampleInput } from "../src/engine/contract.ts";

export interface SoakWork {
  /** Loads the model at `url`, and does everything twice, so that all graphs are compiled. */
  open(url: string, backend: BackendKind): Promise<void>;
  /** Works until the engine has made so many graph runs. Returns how many it has made. */
  workUntil(runs: number): Promise<number>;
}

const PICTURE = { width: 96, height: 96, pixels: new Uint8ClampedArray(96 * 96 * 4).fill(120) };

export function createSoakWork(engine: Engine): SoakWork {
  let units = 0;
  let turn = 0;

  /** One round: an answer, a measurement, samples written and measured, a calibration that hands out its sums. */
  async function round(): Promise<void> {
    turn += 1;
    // Another question each time: what is kept of inputs, traces and masks has to go again.
    const input: SampleInput = { picture: { ...PICTURE }, question: `Is object ${turn} red?` };
    const trace = await engine.generate(input, { maximumTokens: 16 });
    const keep = Uint8Array.from({ length: units }, (_, unit) => ((unit + turn) % 5 === 0 ? 0 : 1));
    const ids = trace.tokens.map(({ id }) => id);
    await engine.evaluate(input, ids, { keep, meanInputs: null });
    await engine.generate(input, { pruning: { keep, meanInputs: null }, maximumTokens: 8 });
    await engine.assess({ samples: [turn % 3], pruning: { keep, meanInputs: null }, generate: false });
    await engine.calibrate(
      { batchSize: 1, sampleLimit: 2, pivots: { ...defaultPivotParameters(), window: 2 }, keep: { from: null } },
      { onProgress() {} },
    );
  }

  return {
    async open(url, backend) {
      const { layout } = await engine.load({ kind: "address", name: "soak", url }, { backend });
      units = layout.unitCount;
      await round();
      await round();
    },
    async workUntil(runs) {
      let made = await engine.countRuns();
      while (made < runs) {
        await round();
        made = await engine.countRuns();
      }
      return made;
    },
  };
}
