/** What the editor calls objects and groups. */
import type { SceneObject } from "../../scenes/scene.ts";
import { isHeldOut } from "../../scenes/splits.ts";
import { placeOf } from "../../scenes/words.ts";

/** "large red metal ball at the top left". */
export function objectName(object: SceneObject): string {
  return `${object.size} ${object.colour} ${object.material} ${object.shape} ${placeOf(object)}`;
}

/** "Never shown in training: orange ball, pink cube"; null when training has shown every colour with its shape. */
export function heldOutNote(objects: readonly SceneObject[]): string | null {
  const pairs = objects.filter(isHeldOut).map(({ colour, shape }) => `${colour} ${shape}`);
  return pairs.length === 0 ? null : `Never shown in training: ${pairs.join(", ")}`;
}
