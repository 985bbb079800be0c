import { describe, expect, it } from "vitest";
import { kernelsOnGpu } from "../testing/kernels-on-gpu.ts";
import { DIVERGENCE_ROW } from "./kernel.ts";
import { NOT_FINITE, rowOf } from "./not-finite-cases.ts";
import { tokenDivergence } from "./reference.ts";

const { eachGrid, upload, download } = kernelsOnGpu({ tokenDivergence });

describe("logits that are not finite", () => {
  it.each(NOT_FINITE)(
    "show in their model's likelihood: $count of $vocabulary words are $number from $first on",
    async (asked) => {
      const { whole, broken, targets, ...rest } = rowOf(asked);
      for (const set of eachGrid()) {
        const measure = async (reference: Float32Array<ArrayBuffer>, pruned: Float32Array<ArrayBuffer>) => {
          const result = upload(new Float32Array(DIVERGENCE_ROW.length));
          const buffers = { reference: upload(reference), pruned: upload(pruned), targets: upload(targets), result };
          set.tokenDivergence.run({ ...rest, ...buffers });
          return download(result, DIVERGENCE_ROW.length);
        };
        const dense = await measure(broken, whole);
        expect(dense[DIVERGENCE_ROW.referenceNll]).not.toSatisfy(Number.isFinite);
        expect(dense[DIVERGENCE_ROW.prunedNll]).toSatisfy(Number.isFinite);
        const kept = await measure(whole, broken);
        expect(kept[DIVERGENCE_ROW.referenceNll]).toSatisfy(Number.isFinite);
        expect(kept[DIVERGENCE_ROW.prunedNll]).not.toSatisfy(Number.isFinite);
      }
    },
  );
});
