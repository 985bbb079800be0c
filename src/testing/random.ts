/** Random test data that is the same in every run. */
import type { Random } from "../core/random.ts";

/** `length` float32 numbers in (−scale, scale); those from `used` on are garbage of 1e30, as pooled buffers hold. */
export function randomFloats(random: Random, length: number, scale = 1, used = length): Float32Array {
  return Float32Array.from({ length }, (_, index) => (index < used ? (2 * random.next() - 1) * scale : 1e30));
}
