/** Random weights and hidden states for the checks of a device, the same at every load. */
import { roundToFloat16, widenFloat16 } from "../../core/float16.ts";
import { createRandom } from "../../core/random.ts";
import type { Precision } from "../../graph/precision.ts";
import type { WeightSlot } from "../../models/architectures/definition.ts";
import { weightType } from "../../models/architectures/shared/mixed-precision.ts";
import { heldShape } from "../../models/architectures/weight-slots.ts";
import { elementCount, type Feeds } from "../../runtime/backend.ts";
import type { TensorScope } from "../pass/scope.ts";

/** Numbers with mean 0 and standard deviation `scale`. */
export type RandomNumbers = (length: number, scale: number) => Float32Array;

/** Random numbers in steps through one pool, whose prime length keeps rows of matrices from repeating each other. */
export function createNumbers(): RandomNumbers {
  const random = createRandom(20_260_526);
  // Uniform with variance 1.
  const pool = Float32Array.from({ length: 65_521 }, () => (2 * random.next() - 1) * Math.sqrt(3));
  let place = 0;
  return (length, scale) => {
    const numbers = new Float32Array(length);
    // A loop: a large model's layer takes tens of millions.
    for (let index = 0; index < length; index++) {
      place = place + 1 < pool.length ? place + 1 : 0;
      numbers[index] = (pool[place] ?? 0) * scale;
    }
    return numbers;
  };
}

/**
 * Weights of `slots` by graph input. Matrices, as float16 bits, keep the size of what they are multiplied with and are
 * `scaleOf` their input times as large; norms are near 1, biases small.
 */
export function randomWeights(
  slots: readonly WeightSlot[],
  numbers: RandomNumbers,
  scaleOf: (input: string) => number = () => 1,
) {
  return new Map<string, Float32Array | Uint16Array>(
    slots.map((slot) => {
      const { input } = slot;
      const shape = heldShape(slot);
      const length = elementCount(shape);
      if (shape.length > 1)
        return [input, roundToFloat16(numbers(length, scaleOf(input) * (shape[1] ?? 1) ** -0.5))] as const;
      const norm = input.endsWith("norm");
      return [input, numbers(length, 0.1).map((value) => (norm ? 1 + value : value))] as const;
    }),
  );
}

/** `weights` of `slots` as a graph takes them in `precision`; they are the scope's. */
export function uploadRandom(
  scope: TensorScope,
  slots: readonly WeightSlot[],
  weights: ReadonlyMap<string, Float32Array | Uint16Array>,
  precision: Precision,
): Feeds {
  return Object.fromEntries(
    slots.map((slot) => {
      const { input } = slot;
      const shape = heldShape(slot);
      const stored = weights.get(input) ?? new Float32Array();
      const single = weightType(shape, precision) === "float32" && stored instanceof Uint16Array;
      return [input, scope.upload(single ? widenFloat16(stored) : stored, shape)];
    }),
  );
}
