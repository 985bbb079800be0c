/** Draws scenes at random: seeded, and spread so that counts from none to several all occur. */
import type { Random } from "../core/random.ts";
import {
  CELLS,
  cellCentre,
  colours,
  inReadingOrder,
  largestOffset,
  MAXIMUM_OBJECTS,
  MINIMUM_OBJECTS,
  materials,
  roundShare,
  type Scene,
  type SceneObject,
  shapes,
  sizes,
} from "./scene.ts";
import { isHeldOut, type Split, splitOf } from "./splits.ts";

/**
 * A scene of the split. Half of the scenes have a theme (an attribute that many of their objects share): without one,
 * counts above two would hardly occur.
 */
export function sampleScene(random: Random, split: Split): Scene {
  for (;;) {
    const scene = sampleAnyScene(random, split === "held-out");
    if (splitOf(scene) === split) return scene;
  }
}

function sampleAnyScene(random: Random, heldOut: boolean): Scene {
  const count = MINIMUM_OBJECTS + random.integer(MAXIMUM_OBJECTS - MINIMUM_OBJECTS + 1);
  const theme = random.next() < 0.5 ? sampleTheme(random) : {};
  const objects: SceneObject[] = [];
  for (const cell of random.sample(CELLS, count)) {
    let object: SceneObject;
    do object = sampleObject(random, cell, random.next() < 0.7 ? theme : {});
    while ((!heldOut && isHeldOut(object)) || objects.some((other) => alike(other, object)));
    objects.push(object);
  }
  return { objects: inReadingOrder(objects) };
}

/** Whether two objects share colour and shape, which no scene allows: "the red ball" has to mean one thing. */
export function alike(left: SceneObject, right: SceneObject): boolean {
  return left.colour === right.colour && left.shape === right.shape;
}

type Theme = Partial<Omit<SceneObject, "x" | "y">>;

function sampleTheme(random: Random): Theme {
  const themes: readonly (() => Theme)[] = [
    () => ({ shape: pick(random, shapes) }),
    () => ({ colour: pick(random, colours) }),
    () => ({ material: pick(random, materials) }),
    () => ({ size: pick(random, sizes) }),
  ];
  return pick(random, themes)();
}

function sampleObject(random: Random, cell: number, theme: Theme): SceneObject {
  const attributes = {
    shape: pick(random, shapes),
    colour: pick(random, colours),
    material: pick(random, materials),
    size: pick(random, sizes),
    ...theme,
  };
  const centre = cellCentre(cell);
  const offset = () => (2 * random.next() - 1) * largestOffset(attributes.size);
  return { ...attributes, x: roundShare(centre.x + offset()), y: roundShare(centre.y + offset()) };
}

/** One of a list that is not empty. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(items.length)] as Item;
}
