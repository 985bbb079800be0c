/** Colours as stylesheets compute them, in the one notation that every program reads. */
import type { Colour } from "./scene.ts";

export type ReadColour = (text: string) => Colour | null;

/** The notation that most colours have; null for others. */
export function parseRgb(text: string): Colour | null {
  const found = /^rgba?\(([\d.]+),? ([\d.]+),? ([\d.]+)(?:(?:,| \/) ([\d.]+)(%?))?\)$/.exec(text);
  if (!found) return null;
  const [, red, green, blue, alpha = "1", percent = ""] = found;
  return { hex: hexOf([red, green, blue].map(Number)), opacity: Number(alpha) / (percent === "" ? 1 : 100) };
}

/** Reads any notation that the browser knows by painting it; null for what is seen through. Remembers what it has read. */
export function createColourReader(): ReadColour {
  const known = new Map<string, Colour | null>();
  const context = createPixel();
  const paintOne = (text: string): Colour | null => {
    if (!context) return null;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = "transparent";
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
    return { hex: hexOf([red, green, blue]), opacity: alpha / 255 };
  };
  return (text) => {
    if (text === "none" || text === "" || text === "transparent") return null;
    let colour = known.get(text);
    if (colour === undefined) {
      const read = parseRgb(text) ?? paintOne(text);
      colour = read && read.opacity > 0 ? read : null;
      known.set(text, colour);
    }
    return colour;
  };
}

function createPixel(): CanvasRenderingContext2D | null {
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  return canvas.getContext("2d", { willReadFrequently: true });
}

function hexOf(bytes: readonly number[]): string {
  return `#${bytes.map((byte) => Math.round(byte).toString(16).padStart(2, "0")).join("")}`;
}

/** The same colour, seen through as much more. */
export function faded(colour: Colour | null, opacity: number): Colour | null {
  return colour && opacity < 1 ? { hex: colour.hex, opacity: colour.opacity * opacity } : colour;
}
