/**
 * Takes an object out of a drawn scene, so that a drag costs two copies per frame and no drawing: the background
 * depends on the row only, so what the object hid is known.
 */
import { backgroundAt } from "../../scenes/draw/surface.ts";
import { cellOf, radii, type SceneObject } from "../../scenes/scene.ts";

export interface Lifted {
  readonly cell: number;
  /** Paints the scene with the object centred there, as shares of the picture; where it was when null. */
  paint(at: { readonly x: number; readonly y: number } | null): void;
}

/** @param context of a square canvas that shows the whole scene. */
export function lift(context: CanvasRenderingContext2D, object: SceneObject): Lifted {
  const size = context.canvas.width;
  const radius = Math.ceil(radii[object.size] * size) + 1;
  const left = Math.round(object.x * size) - radius;
  const top = Math.round(object.y * size) - radius;
  const sprite = canvasOf(2 * radius);
  const rest = canvasOf(size);
  rest.drawImage(context.canvas, 0, 0);
  const { data, width, height } = context.getImageData(left, top, 2 * radius, 2 * radius);
  for (let row = 0; row < height; row++) {
    const background = new Uint8ClampedArray(backgroundAt((top + row + 0.5) / size));
    rest.fillStyle = `rgb(${background.join(" ")})`;
    rest.fillRect(left, top + row, width, 1);
    for (let start = row * width * 4; start < (row + 1) * width * 4; start += 4) {
      if (background.every((value, channel) => data[start + channel] === value)) data[start + 3] = 0;
    }
  }
  sprite.putImageData(new ImageData(data, width, height), 0, 0);
  return {
    cell: cellOf(object),
    paint(at) {
      const { x, y } = at ?? object;
      context.drawImage(rest.canvas, 0, 0);
      context.drawImage(sprite.canvas, left + (x - object.x) * size, top + (y - object.y) * size);
    },
  };
}

function canvasOf(size: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(size, size).getContext("2d");
  if (!context) throw new RangeError(`The browser gives no canvas of ${size} × ${size} pixels.`);
  return context;
}
