/** The world's general rules ("Wood is lighter than water"), true and false ones, read from the table of properties. */
import { type Property, properties } from "../properties.ts";
import { type Material, materials, type SceneObject, type Shape, shapes } from "../scene.ts";
import type { Content } from "./content.ts";
import { attributes, type Mention } from "./mention.ts";
import { tokensOf } from "./reader.ts";
import { nouns, substances } from "./vocabulary.ts";

/** An object of which only material and shape matter. */
export function sample(material: Material, shape: Shape): SceneObject {
  return { material, shape, colour: "red", size: "small", x: 0.5, y: 0.5 };
}

/**
 * The sentence with its subject left open: "{material} is lighter than water". In "a rubber ball is full of air" the
 * material stays: of other materials the world says no such thing.
 */
function template(words: readonly string[]): string {
  return words
    .map((word, index) => {
      if (nouns.get(word)?.mention.shape !== undefined) return "{shape}";
      return substances.has(word) && nouns.get(words[index + 1] ?? "") === undefined ? "{material}" : word;
    })
    .join(" ");
}

interface Meaning {
  readonly property: Property["name"];
  readonly holds: boolean;
}

const meanings = new Map<string, Meaning>();
const valid = new Set<string>();
for (const property of properties) {
  for (const material of materials) {
    for (const shape of shapes) {
      const object = sample(material, shape);
      const words = tokensOf(property.reason(object)).map(({ word }) => word);
      valid.add(words.join(" "));
      meanings.set(template(words), { property: property.name, holds: property.holds(object) });
    }
  }
}

/** The rule that these words state, or null when they state none. */
export function readRule(words: readonly string[]): Content | null {
  const meaning = meanings.get(template(words));
  if (meaning === undefined) return null;
  let subject: Mention = {};
  for (const word of words) subject = { ...subject, ...substances.get(word), ...nouns.get(word)?.mention };
  if (attributes.every((attribute) => subject[attribute] === undefined)) return null;
  return { type: "rule", ...meaning, subject, valid: valid.has(words.join(" ")) };
}
