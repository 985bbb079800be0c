/** Dictionaries for reading, made from the tables that the questions are written with. */
import { type Property, properties } from "../properties.ts";
import { colours, materials, shapes, sizes } from "../scene.ts";
import { materialNouns, numberOf, places, pluralShape } from "../words.ts";
import type { Mention } from "./mention.ts";

/** Words in lower case, British spelling, as the reader compares them. */
export function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** What an adjective says: "red", "large", "wooden". */
export const adjectives: ReadonlyMap<string, Mention> = new Map<string, Mention>([
  ...sizes.map((size) => [size, { size }] as const),
  ...colours.map((colour) => [colour, { colour }] as const),
  ...materials.map((material) => [material, { material }] as const),
]);

/** "wood", "metal", "glass", "rubber". */
export const substances: ReadonlyMap<string, Mention> = new Map(
  materials.map((material) => [materialNouns[material], { material }] as const),
);

interface Noun {
  readonly mention: Mention;
  readonly plural: boolean;
}

export const nouns: ReadonlyMap<string, Noun> = new Map<string, Noun>([
  ["object", { mention: {}, plural: false }],
  ["objects", { mention: {}, plural: true }],
  ...shapes.flatMap((shape) => [
    [shape, { mention: { shape }, plural: false }] as const,
    [pluralShape(shape), { mention: { shape }, plural: true }] as const,
  ]),
]);

/** The words of a place without preposition and article ("top left"), longer ones first, with their cell. */
export const placeWords: readonly (readonly [words: readonly string[], cell: number])[] = places
  .map((place, cell) => [wordsOf(place).slice(2), cell] as const)
  .sort(([left], [right]) => right.length - left.length);

/** A number in words, as a digit, or "no"; null for any other word. */
export function readNumber(word: string): number | null {
  return /^[0-9]$/.test(word) ? Number(word) : numberOf(word);
}

export interface Direction {
  readonly words: readonly string[];
  readonly axis: "row" | "column";
  /** -1 when the first has the smaller row or column. */
  readonly sign: 1 | -1;
}

export const directions = {
  left: { words: ["to", "the", "left", "of"], axis: "column", sign: -1 },
  right: { words: ["to", "the", "right", "of"], axis: "column", sign: 1 },
  above: { words: ["above"], axis: "row", sign: -1 },
  below: { words: ["below"], axis: "row", sign: 1 },
} as const satisfies Record<string, Direction>;
export type DirectionName = keyof typeof directions;
export const directionNames: readonly DirectionName[] = ["left", "right", "above", "below"];
export const opposite: Readonly<Record<DirectionName, DirectionName>> = {
  left: "right",
  right: "left",
  above: "below",
  below: "above",
};

/** How the extreme of a direction is spoken of: "farthest to the left", and "as far to the left" of the others. */
export const extremes: Readonly<
  Record<DirectionName, { readonly most: readonly string[]; readonly as: readonly string[] }>
> = {
  left: { most: ["farthest", "to", "the", "left"], as: ["as", "far", "to", "the", "left"] },
  right: { most: ["farthest", "to", "the", "right"], as: ["as", "far", "to", "the", "right"] },
  above: { most: ["highest"], as: ["as", "high"] },
  below: { most: ["lowest"], as: ["as", "low"] },
};

/** "floats" says that a property holds, "sinks" that it does not. */
export interface Verb {
  readonly property: Property["name"];
  readonly holds: boolean;
}

/** Every form of every verb, longer ones first. */
export const verbs: readonly (readonly [words: readonly string[], verb: Verb])[] = properties
  .flatMap(({ name: property, singular, plural, which, howMany, happensNot }) => {
    const opposite = wordsOf(happensNot(""));
    const denied = opposite[0] === "does" ? [] : [opposite, opposite.map((word) => word.replace(/s$/, ""))];
    return [
      ...[singular, plural, which, howMany].map((form) => [wordsOf(form), { property, holds: true }] as const),
      ...denied.map((form) => [form, { property, holds: false }] as const),
    ];
  })
  .sort(([left], [right]) => right.length - left.length);

export const rowNames = ["top", "middle", "bottom"] as const;
