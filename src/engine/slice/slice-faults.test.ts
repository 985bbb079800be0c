/** Whatever call of the backend fails while a model is sliced, or a sliced one is used: nothing is left, as in faults.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodePicture } from "../../models/image/decode-node.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { nodeDevice } from "../load/node-device.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import type { PreparedSample } from "../pass/batch.ts";
import { type Environment, openSession, type Session } from "../session.ts";
import { projectionColumns } from "../testing/columns.ts";
import { failEveryCall } from "../testing/fail-every-call.ts";
import { createFaultyBackend, type FaultyBackend, isFault } from "../testing/faulty-backend.ts";
import { createTinyFolder } from "../testing/tiny-checkpoint.ts";
import { checkSlice } from "./check-slice.ts";
import { gatherOn } from "./gather-weights.ts";
import { measureSpeed } from "./measure-speed.ts";
import { sliceModel } from "./slice-model.ts";

const folder = createTinyFolder();
const TRACE = [9, 30, 41, 12, 77, 8];

function environmentOf(faulty: FaultyBackend): Environment {
  return { device: nodeDevice, decodePicture, createBackend: async () => faulty.backend };
}

describe.each(["float32", "float16"] as const)(
  "failing calls of a sliced model in %s",
  { timeout: 240_000 },
  (precision) => {
    const faulty = createFaultyBackend(createNodeBackend({ threads: 1 }), { holdsConstants: precision === "float32" });
    let session: Session;
    let samples: PreparedSample[];

    beforeAll(async () => {
      session = await openSession(environmentOf(faulty), folder, { backend: "cpu", precision });
      const inputs = await createEvaluationSet(session).prepare([0]);
      samples = inputs.map((input) => ({ ...input, trace: TRACE, pivots: [2] }));
    });
    afterAll(() => session?.dispose());

    const check = async (...[operation, options]: [() => Promise<unknown>, Parameters<typeof failEveryCall>[2]?]) => {
      const report = await failEveryCall(faulty, operation, {
        forget: () => session.model.programs.discard(),
        ...options,
      });
      expect(report.findings).toEqual([]);
      expect(report.faults).toBeGreaterThan(3);
    };

    /** Every module keeps something; the tiny model's text attention has one unit a layer. */
    const keepSome = () => {
      const { modules, offsets, unitCount } = session.model.layout;
      const flags = new Uint8Array(unitCount).fill(1);
      for (const [index, { unitCount: units }] of modules.entries()) if (units > 1) flags[offsets[index] ?? 0] = 0;
      return { keep: flags, meanInputs: new Float32Array(projectionColumns(session.model.definition)).fill(0.5) };
    };

    it("slice", async () => {
      // Compiled once for a backend, so that forgetting does not bring it back; below it fails as well.
      await gatherOn(faulty.backend);
      await check(async () => (await sliceModel(session.model, keepSome())).release());
    });

    it("check and time a sliced model", async () => {
      const sliced = await sliceModel(session.model, keepSome());
      const forget = async () => {
        await sliced.model.programs.discard();
        await session.model.programs.discard();
      };
      const [{ trace, pivots, ...input }] = samples as [PreparedSample];
      await check(() => checkSlice(session, sliced, input, trace.slice(0, 2)), { forget });
      const request = { weights: "sliced", tokens: 3 } as const;
      await check(() => measureSpeed(session, sliced, input, request), { forget });
      await sliced.release();
    });

    it("slice and release the dense weights", async () => {
      const count = async (call: number | null) => {
        const own = createFaultyBackend(createNodeBackend({ threads: 1 }));
        const { model, denseMasks, dispose } = await openSession(environmentOf(own), folder, {
          backend: "cpu",
          precision,
        });
        const outer = new Set(Object.values(model.outerFeeds)).size;
        denseMasks.release();
        own.failAt(call);
        const error = await sliceModel(model, keepSome(), { releaseDense: true }).then(
          ({ release }) => release().then(() => null),
          (reason: unknown) => reason,
        );
        const calls = own.calls();
        // Before the first layer is gathered the dense ones are as they were.
        const whole = () => Object.values(model.layerFeeds("text", 0)).length > 0;
        const left = own.alive() - outer;
        const untouched = error !== null && left > 0 && whole();
        expect([error === null || isFault(error), left === 0 || untouched, own.mistakes], `Call ${call}`).toEqual([
          ...[true, true, []],
        ]);
        await dispose();
        return calls;
      };
      const calls = await count(null);
      expect(calls).toBeGreaterThan(50);
      for (let call = 1; call <= calls; call++) await count(call);
    });
  },
);
