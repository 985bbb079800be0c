/** What a request's parameters may be: the numbers and choices beside its buffers. */

/** A positive integer. */
export const size = { kind: "size" } as const;

/** An integer from 0 on: where in a buffer its numbers begin. */
export const offset = { kind: "offset" } as const;

/** Any number; shaders read it as float32. */
export const float = { kind: "float" } as const;

/** One of `names`; shaders read its place among them. */
export function oneOf<const Names extends readonly string[]>(...names: Names) {
  return { kind: "choice", names } as const;
}

export type Parameter =
  | typeof size
  | typeof offset
  | typeof float
  | { readonly kind: "choice"; readonly names: readonly string[] };

export type Parameters = Readonly<Record<string, Parameter>>;

type Value<P extends Parameter> = P extends { readonly names: readonly (infer Name)[] } ? Name : number;

/** The parameters as a request gives them. */
export type Values<P extends Parameters> = { readonly [Name in keyof P]: Value<P[Name]> };

/** Sizes that follow from a request, for shapes and dispatches. */
export type Derived = Readonly<Record<string, number>>;

/** What a kernel is asked beside its buffers. */
export interface Asked<P extends Parameters, D extends Derived> {
  readonly parameters: P;
  derive(values: Values<P>): D;
}

/**
 * A kernel's parameters and the sizes that follow from them. `derive` gets sizes and offsets that were checked one by one
 * and throws where they do not fit each other.
 */
export function asks<const P extends Parameters>(parameters: P): Asked<P, Readonly<Record<never, number>>>;
export function asks<const P extends Parameters, D extends Derived>(
  parameters: P,
  derive: (values: Values<P>) => D,
): Asked<P, D>;
export function asks(parameters: Parameters, derive: (values: never) => Derived = () => ({})) {
  return { parameters, derive };
}
