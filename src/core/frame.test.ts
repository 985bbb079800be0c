import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFramePlanner } from "./frame.ts";
import { mucrasp } from "./methods/mucrasp.ts";
import { createRetentionRows, retentionPerModule } from "./metrics/retention.ts";
import { defaultParameters } from "./parameters.ts";
import { unitValues } from "./signals/fusion.ts";
import { arbitraryLayout, arbitraryRatio, arbitraryStatistics } from "./testing/layouts.ts";
import { allocateReference } from "./testing/reference-allocation.ts";
import { createUnitLayout } from "./unit.ts";

const layout = createUnitLayout(
  [
    { key: "text.1.mlp", tower: "text", layer: 1, kind: "mlp", unitCount: 4, unitCost: 3 },
    { key: "text.0.attn", tower: "text", layer: 0, kind: "attn", unitCount: 2, unitCost: 8 },
    { key: "text.0.mlp", tower: "text", layer: 0, kind: "mlp", unitCount: 4, unitCost: 3 },
    { key: "vision.0.mlp", tower: "vision", layer: 0, kind: "mlp", unitCount: 5, unitCost: 2 },
  ],
  100,
);

describe("retention rows", () => {
  it("pair the modules of a layer, vision first", () => {
    const rows = createRetentionRows(layout, Float64Array.of(0.1, 0.2, 0.3, 0))(Uint32Array.of(1, 1, 3, 5));
    expect(rows).toEqual([
      {
        ...{ tower: "vision", layer: 0, neurons: 5, keptNeurons: 5, neuronRetention: 1 },
        ...{ attentionUnits: 0, keptAttentionUnits: 0, attentionRetention: 0, mlpCmds: 0, attentionCmds: Number.NaN },
      },
      {
        ...{ tower: "text", layer: 0, neurons: 4, keptNeurons: 3, neuronRetention: 0.75 },
        ...{ attentionUnits: 2, keptAttentionUnits: 1, attentionRetention: 0.5, mlpCmds: 0.3, attentionCmds: 0.2 },
      },
      {
        ...{ tower: "text", layer: 1, neurons: 4, keptNeurons: 1, neuronRetention: 0.25 },
        ...{ attentionUnits: 0, keptAttentionUnits: 0, attentionRetention: 0, mlpCmds: 0.1, attentionCmds: Number.NaN },
      },
    ]);
    expect([...retentionPerModule(layout, Uint32Array.of(1, 1, 3, 5))]).toEqual([0.25, 0.5, 0.75, 1]);
  });
});

describe("createFramePlanner", () => {
  it("gives the reference's allocation and its counts for any model and ratio", () => {
    fc.assert(
      fc.property(
        arbitraryLayout.chain((drawn) => fc.tuple(fc.constant(drawn), arbitraryStatistics(drawn))),
        fc.array(arbitraryRatio, { minLength: 1, maxLength: 3 }),
        ([drawn, statistics], ratios) => {
          const tick = createFramePlanner(
            drawn,
            mucrasp.createPlanner(drawn, statistics, defaultParameters()),
            statistics.cmds,
          );
          for (const ratio of ratios) {
            const frame = tick(ratio);
            const values = unitValues(drawn, statistics, defaultParameters(), ratio);
            expect(frame).toMatchObject({
              ...allocateReference(drawn, values, defaultParameters(), ratio),
              askedRatio: ratio,
            });
            const kept = frame.rows.reduce((sum, row) => sum + row.keptNeurons + row.keptAttentionUnits, 0);
            expect(kept).toBe(frame.keptUnits);
          }
        },
      ),
    );
  });

  it("counts removed parameters against the whole model too", () => {
    const statistics = {
      attributionGlobal: Float64Array.from({ length: 15 }, (_, unit) => unit + 1),
      attributionPivot: new Float64Array(15),
      cmds: new Float64Array(4),
      sens: new Float64Array(4),
      ...{ samples: 1, batches: 1, pivotBatches: 0, baselines: null },
    };
    const frame = createFramePlanner(layout, mucrasp.createPlanner(layout, statistics, defaultParameters()), null)(0.5);
    expect(frame.reachedRatio).toBe(1 - frame.keptParameters / 50);
    expect(frame.reachedModelRatio).toBe((50 - frame.keptParameters) / 100);
    expect(frame.reachedModelRatio).toBeGreaterThan(0);
  });
});
