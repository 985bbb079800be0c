/**
 * Scenes as short texts for links: a version, six characters to an object, a check character; seven objects take 44.
 *
 * An object is one whole number below 64⁶, x and y in ten-thousandths and the attributes by their place in the world's
 * lists, written in base 64 with the letters that need no escape in an address.
 */
import { invariant, PivotscopeError, reasonOf } from "../../../core/errors.ts";
import { colours, materials, type Scene, type SceneObject, shapes, sizes } from "../../../scenes/scene.ts";
import { badScene, sceneOf } from "../../../scenes/scene-rules.ts";

/** Stands for an example where a scene came with a link. */
export const LINKED = "link";

const VERSION = "1";
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CHARACTERS = 6;
/** x and y are 0..10,000. */
const STEPS = 10_000;

export function encodeScene(scene: Scene): string {
  const body = scene.objects.map(encodeObject).join("");
  return VERSION + body + checkCharacter(body);
}

/**
 * Reads the text of a link.
 *
 * @throws PivotscopeError `bad-input` or `unsupported` that says what is wrong with it.
 */
export function decodeScene(text: string): Scene {
  if (!text.startsWith(VERSION)) {
    throw new PivotscopeError(
      "unsupported",
      `The link's scene has version "${text.slice(0, 1)}"; this page reads version ${VERSION}.`,
      "Ask for the link again, made by the same version of the page.",
    );
  }
  const body = text.slice(1, -1);
  const sound = body.length % CHARACTERS === 0 && [...body].every((character) => DIGITS.includes(character));
  if (!sound || checkCharacter(body) !== text.at(-1)) throw damaged("it is cut off or mistyped");
  const codes = Array.from({ length: body.length / CHARACTERS }, (_, index) =>
    body.slice(index * CHARACTERS, (index + 1) * CHARACTERS),
  );
  try {
    return sceneOf(codes.map(decodeObject), "the scene");
  } catch (cause) {
    throw damaged(reasonOf(cause), cause);
  }
}

function damaged(reason: string, cause?: unknown): PivotscopeError {
  return new PivotscopeError(
    "bad-input",
    `The link's scene cannot be read: ${reason}.`,
    "Copy the whole link again, or choose a scene below the picture.",
    { cause },
  );
}

function encodeObject(object: SceneObject): string {
  let code = Math.round(object.x * STEPS) * (STEPS + 1) + Math.round(object.y * STEPS);
  code = code * shapes.length + shapes.indexOf(object.shape);
  code = code * colours.length + colours.indexOf(object.colour);
  code = code * materials.length + materials.indexOf(object.material);
  code = code * sizes.length + sizes.indexOf(object.size);
  let text = "";
  for (let index = 0; index < CHARACTERS; index++) {
    text = DIGITS.charAt(code % 64) + text;
    code = Math.floor(code / 64);
  }
  return text;
}

/** What the characters say. @throws PivotscopeError `bad-input` for a position outside the picture. */
function decodeObject(text: string, index: number): SceneObject {
  let code = [...text].reduce((sum, character) => sum * 64 + DIGITS.indexOf(character), 0);
  const take = (count: number) => {
    const rest = code % count;
    code = (code - rest) / count;
    return rest;
  };
  const oneOf = <Value>(values: readonly Value[]): Value => {
    const value = values[take(values.length)];
    invariant(value !== undefined, "A remainder lies within its list.");
    return value;
  };
  // The last one written is the first one read.
  const [size, material, colour, shape] = [oneOf(sizes), oneOf(materials), oneOf(colours), oneOf(shapes)];
  const y = take(STEPS + 1) / STEPS;
  const x = code / STEPS;
  if (x > 1) throw badScene(`the scene[${index}].x is ${x}; a position is a number from 0 to 1`);
  return { shape, colour, material, size, x, y };
}

/** Sum of the characters, each weighted by its place, modulo a prime: differs when one is wrong, lost or swapped. */
function checkCharacter(body: string): string {
  const sum = [...body].reduce((total, character, index) => total + (index + 1) * (DIGITS.indexOf(character) + 1), 0);
  return DIGITS.charAt(sum % 61);
}
