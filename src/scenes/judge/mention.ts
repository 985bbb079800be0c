/** What a text says about one object: some of its attributes. A scene's own objects are mentions with all of them. */
import { cellOf, type Scene, type SceneObject } from "../scene.ts";
import { numberWord, places, type Selection, selectionSingular, withArticle } from "../words.ts";

export interface Mention extends Selection {
  /** The grid cell, 0 (top left) to 8 (bottom right). */
  readonly place?: number;
}

export const attributes = ["size", "colour", "material", "shape", "place"] as const;
export type MentionAttribute = (typeof attributes)[number];

export function mentionOf(object: SceneObject): Mention {
  const { size, colour, material, shape } = object;
  return { size, colour, material, shape, place: cellOf(object) };
}

/** The scene's objects in its own order, so that indices agree with `Need.object`. */
export function mentionsOf(scene: Scene): readonly Mention[] {
  return scene.objects.map(mentionOf);
}

/** Whether everything that `wanted` says is said of `known` too. */
export function satisfies(known: Mention, wanted: Mention): boolean {
  return attributes.every((attribute) => wanted[attribute] === undefined || wanted[attribute] === known[attribute]);
}

/** Attributes of which both speak, but differently. */
export function differences(known: Mention, wanted: Mention): readonly MentionAttribute[] {
  return attributes.filter(
    (attribute) =>
      wanted[attribute] !== undefined && known[attribute] !== undefined && wanted[attribute] !== known[attribute],
  );
}

/** Both together; `second` wins where they differ. */
export function joined(first: Mention, second: Mention): Mention {
  return { ...first, ...second };
}

export function isSame(first: Mention, second: Mention): boolean {
  return satisfies(first, second) && satisfies(second, first);
}

/** "large red ball at the top". */
export function phrase(mention: Mention): string {
  const place = mention.place === undefined ? undefined : places[mention.place];
  return `${selectionSingular(mention)}${place === undefined ? "" : ` ${place}`}`;
}

/** What stands after "is": "red", "a ball", "wooden", "at the top left". */
export function valuePhrase(mention: Mention, attribute: MentionAttribute): string {
  if (attribute === "place") return mention.place === undefined ? "somewhere" : (places[mention.place] ?? "somewhere");
  if (attribute === "shape") return withArticle(mention.shape ?? "object");
  return mention[attribute] ?? "";
}

/** A number of objects, in words as far as the world counts. */
export function inWords(count: number): string {
  return count > 9 ? String(count) : numberWord(count);
}
