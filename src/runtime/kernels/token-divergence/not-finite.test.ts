import { describe, expect, it } from "vitest";
import { createReferenceKernels } from "../reference.ts";
import { DIVERGENCE_ROW } from "./kernel.ts";
import { NOT_FINITE, rowOf } from "./not-finite-cases.ts";

const { tokenDivergence } = createReferenceKernels();

describe("logits that are not finite", () => {
  it.each(NOT_FINITE)(
    "show in their model's likelihood: $count of $vocabulary words are $number from $first on",
    (asked) => {
      const { whole, broken, ...rest } = rowOf(asked);
      const result = new Float32Array(DIVERGENCE_ROW.length);
      tokenDivergence({ ...rest, reference: broken, pruned: whole, result });
      expect(result[DIVERGENCE_ROW.referenceNll]).not.toSatisfy(Number.isFinite);
      expect(result[DIVERGENCE_ROW.prunedNll]).toSatisfy(Number.isFinite);
      tokenDivergence({ ...rest, reference: whole, pruned: broken, result });
      expect(result[DIVERGENCE_ROW.referenceNll]).toSatisfy(Number.isFinite);
      expect(result[DIVERGENCE_ROW.prunedNll]).not.toSatisfy(Number.isFinite);
    },
  );
});
