/** What common sense says about the objects: rules over material and shape, each with the reason in words. */
import type { Material, SceneObject, Shape } from "./scene.ts";
import { capitalise, materialNouns, named } from "./words.ts";

export interface Property {
  readonly name: "float" | "break" | "magnet" | "roll" | "bounce" | "book";
  readonly holds: (object: SceneObject) => boolean;
  /** The general rule that decides about this object, a sentence without its full stop. */
  readonly reason: (object: SceneObject) => string;
  /** The attributes that the rule looks at. */
  readonly attributes: readonly ("material" | "shape")[];
  /** What happens, a clause about a named thing: "the red ball floats". */
  readonly happens: (name: string) => string;
  readonly happensNot: (name: string) => string;
  /** Verb for one and for several: "two objects float". The magnet's object and the book's place make them passive. */
  readonly singular: string;
  readonly plural: string;
  /** "Will the red ball float in water?" and the like; the first is the usual one. */
  readonly questions: readonly ((name: string) => string)[];
  /** What "Which object …?" and "How many objects …?" are completed with. */
  readonly which: string;
  readonly howMany: string;
}

const isRound = (shape: Shape) => shape === "ball" || shape === "cylinder" || shape === "ring";
const isFlat = (shape: Shape) => shape === "cube" || shape === "cylinder";
const isHollow = (shape: Shape) => shape === "ball" || shape === "ring";
const noun = (material: Material) => capitalise(materialNouns[material]);

function floatReason({ material, shape }: SceneObject): string {
  if (material === "wooden") return "Wood is lighter than water";
  if (material !== "rubber") return `${noun(material)} is heavier than water`;
  return isHollow(shape) ? `A rubber ${shape} is full of air` : `A rubber ${shape} is solid and heavier than water`;
}

export const properties: readonly Property[] = [
  {
    name: "float",
    holds: ({ material, shape }) => material === "wooden" || (material === "rubber" && isHollow(shape)),
    reason: floatReason,
    attributes: ["material", "shape"],
    happens: (name) => `${name} floats`,
    happensNot: (name) => `${name} sinks`,
    singular: "floats",
    plural: "float",
    questions: [(name) => `Will ${name} float in water?`, (name) => `Does ${name} float?`],
    which: "floats in water",
    howMany: "float in water",
  },
  {
    name: "break",
    holds: ({ material }) => material === "glass",
    reason: ({ material }) => (material === "glass" ? "Glass is fragile" : `${noun(material)} is tough`),
    attributes: ["material"],
    happens: (name) => `${name} breaks`,
    happensNot: (name) => `${name} does not break`,
    singular: "breaks",
    plural: "break",
    questions: [(name) => `Will ${name} break if it falls?`, (name) => `Does ${name} break when it is dropped?`],
    which: "breaks if it falls",
    howMany: "break if they fall",
  },
  {
    name: "magnet",
    holds: ({ material }) => material === "metal",
    reason: ({ material }) =>
      material === "metal" ? "A magnet pulls metal" : `A magnet does not pull ${materialNouns[material]}`,
    attributes: ["material"],
    happens: (name) => `${name} follows the magnet`,
    happensNot: (name) => `${name} does not follow the magnet`,
    singular: "follows the magnet",
    plural: "follow the magnet",
    questions: [(name) => `Will a magnet pull ${name}?`, (name) => `Does ${name} follow a magnet?`],
    which: "follows a magnet",
    howMany: "follow a magnet",
  },
  {
    name: "roll",
    holds: ({ shape }) => isRound(shape),
    reason: ({ shape }) => `A ${shape} is ${isRound(shape) ? "" : "not "}round`,
    attributes: ["shape"],
    happens: (name) => `${name} rolls`,
    happensNot: (name) => `${name} does not roll`,
    singular: "rolls",
    plural: "roll",
    questions: [(name) => `Will ${name} roll down a ramp?`, (name) => `Does ${name} roll away?`],
    which: "rolls down a ramp",
    howMany: "roll down a ramp",
  },
  {
    name: "bounce",
    holds: ({ material }) => material === "rubber",
    reason: ({ material }) => (material === "rubber" ? "Rubber is elastic" : `${noun(material)} is not elastic`),
    attributes: ["material"],
    happens: (name) => `${name} bounces`,
    happensNot: (name) => `${name} does not bounce`,
    singular: "bounces",
    plural: "bounce",
    questions: [(name) => `Will ${name} bounce back?`, (name) => `Does ${name} bounce when it is dropped?`],
    which: "bounces back",
    howMany: "bounce back",
  },
  {
    name: "book",
    holds: ({ shape }) => isFlat(shape),
    reason: ({ shape }) => `A ${shape} has ${isFlat(shape) ? "a" : "no"} flat top`,
    attributes: ["shape"],
    happens: (name) => `${name} carries the book`,
    happensNot: (name) => `${name} does not carry the book`,
    singular: "carries the book",
    plural: "carry the book",
    questions: [(name) => `Can a book lie flat on ${name}?`, (name) => `Does ${name} carry a book?`],
    which: "carries a book",
    howMany: "carry a book",
  },
];

/** The property of that name; the names are a closed list, so there is always one. */
export function propertyNamed(name: Property["name"]): Property {
  const found = properties.find((property) => property.name === name);
  if (!found) throw new RangeError(`There is no property "${name}".`);
  return found;
}

/** What the property says about an object by name: "the red ball floats" or "the red ball sinks". */
export function consequence(property: Property, object: SceneObject): string {
  const name = named(object);
  return property.holds(object) ? property.happens(name) : property.happensNot(name);
}
