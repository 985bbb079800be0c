/** Scenes as JSON: compact enough to ship by the hundred and to stand in a link, checked when they are read. */
import * as v from "valibot";
import { type FieldSource, readJson } from "../core/json/read.ts";
import { list, object } from "../core/json/schemas.ts";
import { showValue } from "../core/json/show.ts";
import { colours, materials, type Scene, shapes, sizes } from "./scene.ts";
import { badScene, checkCount, sceneOf } from "./scene-rules.ts";

const ofWorld = <const Value extends string>(values: readonly Value[]) =>
  v.picklist(values, `the world has ${values.join(", ")}`);
const NEEDED_SHARE = "a position is a number from 0 to 1";
const share = v.pipe(v.number(NEEDED_SHARE), v.minValue(0, NEEDED_SHARE), v.maxValue(1, NEEDED_SHARE));

const objectSchema = object(
  {
    shape: ofWorld(shapes),
    colour: ofWorld(colours),
    material: ofWorld(materials),
    size: ofWorld(sizes),
    x: share,
    y: share,
  },
  "a scene is a list of objects",
);

/** Scenes stand in files of several kinds and in links: the field's name is all that is known. */
const SOURCE: FieldSource = {
  wrong: (field, found, needed) =>
    badScene(`${field} is ${found === undefined ? "missing" : showValue(found)}; ${needed}`),
};

/**
 * Reads a scene from a list of objects.
 *
 * @param name what messages call the list.
 * @throws PivotscopeError `bad-input` that says what was found and what the world has.
 */
export function parseScene(json: unknown, name: string): Scene {
  if (!Array.isArray(json)) throw badScene(`${name} is no list of objects`);
  // A list without end is not read to its end.
  checkCount(json.length, name);
  return sceneOf(readJson(list(objectSchema), json, SOURCE, name), name);
}
