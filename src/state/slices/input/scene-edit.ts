/**
 * Edits of a scene as pure functions. Each gives back a scene that `parseScene` accepts: objects in reading order, one
 * to a cell, no two alike in both colour and shape, two to seven of them. Objects are named by their cell, 0..8.
 */
import { invariant } from "../../../core/errors.ts";
import type { Random } from "../../../core/random.ts";
import { alike, pick } from "../../../scenes/sample-scene.ts";
import {
  CELLS,
  cellAt,
  cellCentre,
  cellOf,
  colours,
  GRID,
  inReadingOrder,
  largestOffset,
  MAXIMUM_OBJECTS,
  MINIMUM_OBJECTS,
  materials,
  roundShare,
  rowAndColumn,
  type Scene,
  type SceneObject,
  shapes,
  sizes,
} from "../../../scenes/scene.ts";
import { isHeldOut } from "../../../scenes/splits.ts";

/** What an object is like, without where it is. */
export type Attributes = Omit<SceneObject, "x" | "y">;

export function objectIn(scene: Scene, cell: number | null): SceneObject | null {
  return scene.objects.find((object) => cellOf(object) === cell) ?? null;
}

export interface Offset {
  readonly x: number;
  readonly y: number;
}

/** The cell under a point given as shares of the picture, and where in it the point lies, from its centre. */
export function landing(x: number, y: number): { readonly cell: number; readonly offset: Offset } {
  const cell = cellAt(x, y);
  const centre = cellCentre(cell);
  return { cell, offset: { x: x - centre.x, y: y - centre.y } };
}

export type Direction = "up" | "down" | "left" | "right";

/** The next cell in a direction; null at the picture's edge. */
export function neighbour(cell: number, direction: Direction): number | null {
  const { row, column } = rowAndColumn(cell);
  const sideways = direction === "left" || direction === "right";
  const along = sideways ? column : row;
  const back = direction === "left" || direction === "up";
  if (along === (back ? 0 : GRID - 1)) return null;
  return cell + (back ? -1 : 1) * (sideways ? 1 : GRID);
}

/**
 * Moves the object of cell `from` to cell `to`; an object that stands there takes the free place.
 *
 * @param offset from the centre of cell `to`, as shares of the picture, cut to what the cell allows; where the object
 *   lies in its own cell when absent.
 */
export function moveObject(scene: Scene, from: number, to: number, offset?: Offset): Scene {
  const moved = objectIn(scene, from);
  if (moved === null) return scene;
  const objects = scene.objects.map((object) => {
    if (object === moved) return settled(object, to, offset ?? offsetOf(object));
    return cellOf(object) === to ? settled(object, from, offsetOf(object)) : object;
  });
  return { objects: inReadingOrder(objects) };
}

function offsetOf({ x, y }: SceneObject): Offset {
  return landing(x, y).offset;
}

function settled(object: SceneObject, cell: number, offset: Offset): SceneObject {
  const centre = cellCentre(cell);
  const largest = largestOffset(object.size);
  const cut = (value: number) => Math.min(largest, Math.max(-largest, value));
  return { ...object, x: roundShare(centre.x + cut(offset.x)), y: roundShare(centre.y + cut(offset.y)) };
}

/** Why the object of this cell cannot be changed so, for people; null when it can. */
export function changeProblem(scene: Scene, cell: number, change: Partial<Attributes>): string | null {
  const object = objectIn(scene, cell);
  if (object === null) return "there is no object";
  const changed = { ...object, ...change };
  return scene.objects.some((other) => other !== object && alike(other, changed))
    ? `there is a ${changed.colour} ${changed.shape}`
    : null;
}

/** The scene with other attributes for the object of this cell; the scene itself where `changeProblem` forbids it. */
export function changeObject(scene: Scene, cell: number, change: Partial<Attributes>): Scene {
  if (changeProblem(scene, cell, change) !== null) return scene;
  const objects = scene.objects.map((object) => {
    if (cellOf(object) !== cell) return object;
    const changed = { ...object, ...change };
    // A larger object may not lie as far from the middle of its cell.
    return changed.size === object.size ? changed : settled(changed, cell, offsetOf(object));
  });
  return { objects };
}

/** Why no object can be added, for people; null when one can. */
export function addProblem(scene: Scene): string | null {
  return scene.objects.length < MAXIMUM_OBJECTS ? null : `a scene has at most ${MAXIMUM_OBJECTS} objects`;
}

/**
 * Adds an object at random to a free cell, with a pair of colour and shape that is not there yet and that training has
 * shown. Gives back the scene and the new object's cell, or null where `addProblem` forbids it.
 */
export function addObject(scene: Scene, random: Random): { readonly scene: Scene; readonly cell: number } | null {
  if (addProblem(scene) !== null) return null;
  const free = Array.from({ length: CELLS }, (_, cell) => cell).filter((cell) => objectIn(scene, cell) === null);
  const cell = pick(random, free);
  const centre = cellCentre(cell);
  const candidates = shapes.flatMap((shape) =>
    colours.map((colour) => ({ shape, colour, material: pick(random, materials), size: pick(random, sizes) })),
  );
  const fitting = candidates
    .map((attributes) => ({ ...attributes, ...centre }))
    .filter((object) => !isHeldOut(object) && !scene.objects.some((other) => alike(other, object)));
  // 30 pairs were shown, at most six of them are taken.
  invariant(fitting.length > 0, "Every pair of colour and shape is taken.");
  return { scene: { objects: inReadingOrder([...scene.objects, pick(random, fitting)]) }, cell };
}

/** Why no object can be removed, for people; null when one can. */
export function removeProblem(scene: Scene): string | null {
  return scene.objects.length > MINIMUM_OBJECTS ? null : `a scene has at least ${MINIMUM_OBJECTS} objects`;
}

/** The scene without the object of this cell; the scene itself where `removeProblem` forbids it. */
export function removeObject(scene: Scene, cell: number): Scene {
  if (removeProblem(scene) !== null) return scene;
  return { objects: scene.objects.filter((object) => cellOf(object) !== cell) };
}
