/** Requests of any kernel, drawn from its descriptor. Tests only. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { Random } from "../../../core/random.ts";
import { elementsBound } from "../check-request.ts";
import { type AnyValues, type Kernel, valuesOf } from "../define-kernel.ts";
import type { Parameter } from "../parameters.ts";

/** How many requests a kernel is tried on: each of five sizes is the long one twice in fours and twice in ones. */
export const REQUESTS = 20;

/** Sums of some hundred positive numbers in float32, differences of a few of them. */
export const AGREEMENT = { relative: 2e-5, absolute: 2e-4 } as const;

/** One size of a request is long, so that it takes several tiles; if all were, references would take too long. */
const LONG = { least: 40, most: 80 };
const SHORT = { least: 1, most: 12 };

type Arrays = Readonly<Record<string, Float32Array | Int32Array>>;

/**
 * Request `index` of a kernel. Sizes up to 12 that fit each other, one in turn from 40 to 80, and all of them multiples of
 * 4 in every other turn, because shaders have ways of their own for those; float32 numbers in (0, 1), so that no sum cancels; integers from −1 to 2, which are
 * classes and ids with some that are none. Buffers are longer than what the request needs.
 */
export function randomRequest(kernel: Kernel, random: Random, index: number): { values: AnyValues; arrays: Arrays } {
  const values = fitting(kernel, random, index);
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
function fitting(kernel: Kernel, random: Random, index: number): AnyValues {
  const parameters = Object.entries(kernel.parameters);
  const sizes = parameters.filter(([, { kind }]) => kind === "size");
  const step = Math.floor(index / sizes.length) % 2 === 0 ? 1 : 4;
  for (let tries = 0; ; tries++) {
    // A size that divides another cannot be the long one: then it is the next one's turn.
    const [long] = sizes[(index + Math.floor(tries / 1000)) % sizes.length] ?? [];
    const drawn = parameters.map(([name, parameter]) => [
      name,
      draw(parameter, random, { step, ...(name === long ? LONG : SHORT) }),
    ]);
    try {
      return valuesOf(kernel, Object.fromEntries(drawn));
    } catch (error) {
      if (!(error instanceof PivotscopeError)) throw error;
    }
  }
}

function draw(
  parameter: Parameter,
  random: Random,
  { step, least, most }: { readonly step: number; readonly least: number; readonly most: number },
): number | string {
  if (parameter.kind === "size") {
    const first = Math.ceil(least / step);
    return step * (first + random.integer(most / step - first + 1));
  }
  if (parameter.kind === "offset") return random.integer(6);
  if (parameter.kind === "float") return random.next();
  return parameter.names[random.integer(parameter.names.length)] ?? "";
}
