/**
 * Draws a scene at any resolution, in plain arithmetic: the picture that the model sees, the one on the page and the
 * one in the training data come from here and are equal pixel for pixel in Node and in every browser.
 */
import { radii, type Scene, type SceneObject } from "../scene.ts";
import { depthInside, faceLight } from "./outline.ts";
import { backgroundAt, colourValues, type Rgb, surfaceAt } from "./surface.ts";

/** Width and height of the picture that the bundled model takes. */
export const MODEL_PICTURE_SIZE = 96;

/** Points per pixel and axis: edges are the mean of SAMPLES² points. */
const SAMPLES = 4;

export interface DrawnPicture {
  readonly width: number;
  readonly height: number;
  /** RGBA, 8 bits each, row by row, opaque. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** @param size width and height in pixels, at least 1. */
export function drawScene(scene: Scene, size: number): DrawnPicture {
  const pixels = new Uint8ClampedArray(size * size * 4);
  for (let row = 0; row < size; row++) {
    const background = backgroundAt((row + 0.5) / size);
    for (let column = 0; column < size; column++) setPixel(pixels, row * size + column, background);
  }
  for (const object of scene.objects) drawObject(pixels, size, object);
  return { width: size, height: size, pixels };
}

function drawObject(pixels: Uint8ClampedArray, size: number, object: SceneObject): void {
  const radius = radii[object.size] * size;
  const [centreX, centreY] = [object.x * size, object.y * size];
  const first = (centre: number) => Math.max(0, Math.floor(centre - radius));
  const last = (centre: number) => Math.min(size, Math.ceil(centre + radius));
  for (let row = first(centreY); row < last(centreY); row++) {
    const behind = backgroundAt((row + 0.5) / size);
    for (let column = first(centreX); column < last(centreX); column++) {
      drawPixel(pixels, size, object, behind, row, column, radius, centreX, centreY);
    }
  }
}

function drawPixel(
  pixels: Uint8ClampedArray,
  size: number,
  object: SceneObject,
  behind: Rgb,
  row: number,
  column: number,
  radius: number,
  centreX: number,
  centreY: number,
): void {
  const colour = colourValues[object.colour];
  let [red, green, blue, inside] = [0, 0, 0, 0];
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const u = (column + ((sample % SAMPLES) + 0.5) / SAMPLES - centreX) / radius;
    const v = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES - centreY) / radius;
    const depth = depthInside(object.shape, u, v);
    if (depth < 0) continue;
    const point = surfaceAt(object.material, colour, behind, u, v, depth, faceLight(object.shape, u, v));
    red += point[0];
    green += point[1];
    blue += point[2];
    inside += 1;
  }
  if (inside === 0) return;
  const points = SAMPLES * SAMPLES;
  const outside = points - inside;
  setPixel(pixels, row * size + column, [
    (red + outside * behind[0]) / points,
    (green + outside * behind[1]) / points,
    (blue + outside * behind[2]) / points,
  ]);
}

function setPixel(pixels: Uint8ClampedArray, pixel: number, [red, green, blue]: Rgb): void {
  pixels[pixel * 4] = red;
  pixels[pixel * 4 + 1] = green;
  pixels[pixel * 4 + 2] = blue;
  pixels[pixel * 4 + 3] = 255;
}
