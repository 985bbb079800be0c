/** Scenes as JSON: compact enough to ship by the hundred and to stand in a link, checked when they are read. */
import { PivotscopeError } from "../core/errors.ts";
import { showValue } from "../core/json-check.ts";
import { alike } from "./sample-scene.ts";
import {
  cellOf,
  colours,
  GRID,
  inReadingOrder,
  MAXIMUM_OBJECTS,
  MINIMUM_OBJECTS,
  materials,
  type Scene,
  type SceneObject,
  shapes,
  sizes,
} from "./scene.ts";
import { placeOf } from "./words.ts";

/**
 * Reads a scene from a list of objects.
 *
 * @param name what messages call the list.
 * @throws PivotscopeError `bad-input` that says what was found and what the world has.
 */
export function parseScene(json: unknown, name: string): Scene {
  if (!Array.isArray(json)) throw wrong(`${name} is no list of objects`);
  if (json.length < MINIMUM_OBJECTS || json.length > MAXIMUM_OBJECTS) {
    throw wrong(
      `${name} has ${json.length} ${json.length === 1 ? "object" : "objects"}; a scene has ${MINIMUM_OBJECTS} to ${MAXIMUM_OBJECTS}`,
    );
  }
  const objects = json.map((entry: unknown, index) => parseObject(entry, `${name}[${index}]`));
  for (const [index, object] of objects.entries()) {
    const other = objects
      .slice(0, index)
      .find((earlier) => alike(earlier, object) || cellOf(earlier) === cellOf(object));
    if (other === undefined) continue;
    throw wrong(
      alike(other, object)
        ? `${name} has two ${object.colour} ${object.shape}s; colour and shape together name one object`
        : `${name} has two objects ${placeOf(object)}; each of the ${GRID * GRID} places holds one`,
    );
  }
  return { objects: inReadingOrder(objects) };
}

function parseObject(json: unknown, name: string): SceneObject {
  if (typeof json !== "object" || json === null) throw wrong(`${name} is no object`);
  const fields = new Map(Object.entries(json));
  const oneOf = <Value extends string>(key: string, values: readonly Value[]): Value => {
    const found = values.find((value) => value === fields.get(key));
    if (found !== undefined) return found;
    throw wrong(`${name}.${key} is ${shown(fields.get(key))}; the world has ${values.join(", ")}`);
  };
  const share = (key: string): number => {
    const value = fields.get(key);
    if (typeof value === "number" && value >= 0 && value <= 1) return value;
    throw wrong(`${name}.${key} is ${shown(value)}; a position is a number from 0 to 1`);
  };
  return {
    shape: oneOf("shape", shapes),
    colour: oneOf("colour", colours),
    material: oneOf("material", materials),
    size: oneOf("size", sizes),
    x: share("x"),
    y: share("y"),
  };
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : showValue(value);
}

function wrong(message: string): PivotscopeError {
  return new PivotscopeError("bad-input", `${message}.`, "Describe the objects as docs/scenes.md shows.");
}
