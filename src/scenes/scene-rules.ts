/** What the objects of a scene must be to one another, wherever they come from: a file, a link. */
import { PivotscopeError } from "../core/errors.ts";
import { alike } from "./sample-scene.ts";
import {
  cellOf,
  GRID,
  inReadingOrder,
  MAXIMUM_OBJECTS,
  MINIMUM_OBJECTS,
  type Scene,
  type SceneObject,
} from "./scene.ts";
import { placeOf } from "./words.ts";

/**
 * A scene of these objects.
 *
 * @param name what messages call the list.
 * @throws PivotscopeError `bad-input` for too few or too many, two that are alike, or two in one place.
 */
export function sceneOf(objects: readonly SceneObject[], name: string): Scene {
  checkCount(objects.length, name);
  for (const [index, object] of objects.entries()) {
    const other = objects
      .slice(0, index)
      .find((earlier) => alike(earlier, object) || cellOf(earlier) === cellOf(object));
    if (other === undefined) continue;
    throw badScene(
      alike(other, object)
        ? `${name} has two ${object.colour} ${object.shape}s; colour and shape together name one object`
        : `${name} has two objects ${placeOf(object)}; each of the ${GRID * GRID} places holds one`,
    );
  }
  return { objects: inReadingOrder(objects) };
}

/** @throws PivotscopeError `bad-input` for too few or too many objects. */
export function checkCount(count: number, name: string): void {
  if (count >= MINIMUM_OBJECTS && count <= MAXIMUM_OBJECTS) return;
  throw badScene(
    `${name} has ${count} ${count === 1 ? "object" : "objects"}; a scene has ${MINIMUM_OBJECTS} to ${MAXIMUM_OBJECTS}`,
  );
}

/** @param message without its full stop. */
export function badScene(message: string): PivotscopeError {
  return new PivotscopeError("bad-input", `${message}.`, "Describe the objects as docs/scenes.md shows.");
}
