/** Numbers that lie one after another in a buffer, by name. */

export type Layout<Name extends string> = { readonly [Field in Name]: number } & { readonly length: number };

/** The place of each of `names` in a row of as many numbers, and how many they are. */
export function layoutOf<const Name extends string>(...names: readonly Name[]): Layout<Name> {
  const places = Object.fromEntries(names.map((name, place) => [name, place]));
  return { ...places, length: names.length } as Layout<Name>;
}
