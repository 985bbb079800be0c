/** Weights of RMSNorms as slots: what is stored, or 1 + what is stored, so that graphs stay plain. */
import type { Preparation, WeightSlot } from "../../definition.ts";
import type { DecoderConfig } from "./config.ts";

/** w → 1 + w. */
export const onePlus: Preparation = {
  name: "one plus",
  apply: (numbers) => Float32Array.from(numbers, (weight) => 1 + weight),
};

/** The weight of a norm over `length` numbers. */
export function normSlot(
  { onePlusNorms }: Pick<DecoderConfig, "onePlusNorms">,
  input: string,
  tensor: string,
  length: number,
): WeightSlot {
  return { input, tensor, shape: [length], ...(onePlusNorms && { preparation: onePlus }) };
}
