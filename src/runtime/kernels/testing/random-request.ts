/** Requests of any kernel, drawn from its descriptor. Tests only. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { Random } from "../../../core/random.ts";
import { elementsBound } from "../check-request.ts";
import { type AnyValues, type Kernel, valuesOf } from "../define-kernel.ts";
import type { Parameter } from "../parameters.ts";

/** How many requests a kernel is tried on. */
export const REQUESTS = 12;

/** Sums of some hundred positive numbers in float32, differences of a few of them. */
export const AGREEMENT = { relative: 2e-5, absolute: 2e-4 } as const;

const LARGEST_SIZE = 40;

type Arrays = Readonly<Record<string, Float32Array | Int32Array>>;

/**
 * Sizes up to 40 that fit each other; float32 numbers in (0, 1), so that no sum cancels; integers from −1 to 2, which are
 * classes and ids with some that are none. Buffers are longer than what the request needs.
 */
export function randomRequest(kernel: Kernel, random: Random): { values: AnyValues; arrays: Arrays } {
  const values = fitting(kernel, random);
  const arrays = Object.entries(kernel.buffers).map(([name, spec]) => {
    const length = elementsBound(spec, values) + random.integer(9);
    return [
      name,
      spec.type === "int32"
        ? Int32Array.from({ length }, () => random.integer(4) - 1)
        : Float32Array.from({ length }, () => random.next()),
    ] as const;
  });
  return { values, arrays: Object.fromEntries(arrays) };
}

export function copied(arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, data.slice()]));
}

/** Parameters that the kernel takes, with the sizes that follow; draws until they fit. */
function fitting(kernel: Kernel, random: Random): AnyValues {
  for (;;) {
    const drawn = Object.entries(kernel.parameters).map(([name, parameter]) => [name, draw(parameter, random)]);
    try {
      return valuesOf(kernel, Object.fromEntries(drawn));
    } catch (error) {
      if (!(error instanceof PivotscopeError)) throw error;
    }
  }
}

function draw(parameter: Parameter, random: Random): number | string {
  if (parameter.kind === "size") return 1 + random.integer(LARGEST_SIZE);
  if (parameter.kind === "offset") return random.integer(6);
  if (parameter.kind === "float") return random.next();
  return parameter.names[random.integer(parameter.names.length)] ?? "";
}
