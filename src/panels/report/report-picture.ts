/** The picture that was asked about, inside the report. */
import type { WorkbenchState } from "../../state/shape.ts";
import type { ReportBlock } from "./report.ts";

/** Pixels of the longest edge, of the file and on paper; small pictures are drawn from their own pixels. */
const [EDGE, SHOWN, SMALL] = [1200, 360, 512];

/** Null while there is none. */
export function pictureBlock({ input: { picture }, reasoning }: WorkbenchState): ReportBlock | null {
  if (!picture) return null;
  const { width, height, pixels } = picture.picture;
  const full = canvasOf(width, height);
  full?.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  const longest = Math.max(width, height, 1);
  const scale = Math.min(1, EDGE / longest);
  const small = scale === 1 ? full : canvasOf(width * scale, height * scale);
  if (!full || !small) return null;
  if (small !== full) small.drawImage(full.canvas, 0, 0, small.canvas.width, small.canvas.height);
  // Scenes keep their edges; photographs would be megabytes as PNG.
  const href = longest <= SMALL ? small.canvas.toDataURL("image/png") : small.canvas.toDataURL("image/jpeg", 0.9);
  const name = reasoning.of?.input.picture ?? picture.name;
  return { kind: "picture", href, name, width: (SHOWN * width) / longest };
}

function canvasOf(width: number, height: number): CanvasRenderingContext2D | null {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  return canvas.getContext("2d");
}
