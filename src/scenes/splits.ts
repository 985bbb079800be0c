/**
 * Which split a scene belongs to. It follows from the scene itself, so no two splits can share a scene, whatever the
 * seeds: the arrangement (cells and attributes, without the small offsets) is hashed into sixteen parts.
 */
import { type Colour, cellOf, type Scene, type SceneObject, type Shape } from "./scene.ts";

/** `held-out` holds the scenes with a colour–shape pair that no other split shows. */
export const splits = ["train", "validation", "calibration", "evaluation", "held-out"] as const;
export type Split = (typeof splits)[number];

/** One colour per shape, so that every shape and every colour is seen in training, but never these together. */
export const heldOutPairs: Readonly<Record<Shape, Colour>> = {
  ball: "orange",
  cube: "pink",
  cone: "green",
  cylinder: "yellow",
  ring: "blue",
};

export function isHeldOut({ shape, colour }: SceneObject): boolean {
  return heldOutPairs[shape] === colour;
}

export function splitOf(scene: Scene): Split {
  if (scene.objects.some(isHeldOut)) return "held-out";
  const part = hash(arrangement(scene)) % 16;
  return part === 0 ? "evaluation" : part === 1 ? "calibration" : part === 2 ? "validation" : "train";
}

/** Equal for two scenes that show the same objects in the same cells. */
export function arrangement(scene: Scene): string {
  return scene.objects
    .map((object) => [cellOf(object), object.size, object.colour, object.material, object.shape].join(" "))
    .join(", ");
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  // The low bits of FNV-1a are weak: fold the high ones in.
  return (value ^ (value >>> 15)) >>> 0;
}
