/** The pixels of the neuron field as SVG: each colour's cells as one path, so that a diff shows what changed. */
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { fieldGeometry } from "../field/field-geometry.ts";
import { createFieldPainter, fieldRamp } from "../field/field-paint.ts";
import { layerRows } from "../layers.ts";
import type { SvgFile } from "./svg-file.ts";

const COLUMNS = 120;
const ROW = 12;
const SCALE = 5;
/** Grey from a pale gone to a dark kept; the page's own come from its theme. */
const RAMP = fieldRamp([230, 232, 235], [35, 40, 46]);

export function fieldPicture(layout: UnitLayout, frame: FrameData): NonNullable<SvgFile["picture"]> {
  const geometry = fieldGeometry(layerRows(layout), COLUMNS, 2);
  const pixels = new Uint32Array(geometry.columns * geometry.rows.length);
  createFieldPainter(layout).paint(pixels, geometry, frame, RAMP);
  const paths = new Map<string, string>();
  geometry.rows.forEach((_, row) => {
    for (let column = 0; column < geometry.columns; ) {
      const colour = pixels[row * geometry.columns + column] ?? 0;
      let end = column + 1;
      while (end < geometry.columns && pixels[row * geometry.columns + end] === colour) end += 1;
      const fill = colourText(colour);
      if (fill) paths.set(fill, `${paths.get(fill) ?? ""}M${column} ${row}h${end - column}v1h${column - end}z`);
      column = end;
    }
  });
  const cells = [...paths].map(([fill, path]) => `<path fill="${fill}" d="${path}"/>`).join("");
  return {
    svg: `<g transform="translate(12 12) scale(${SCALE} ${ROW})">${cells}</g>`,
    height: geometry.rows.length * ROW + ROW,
  };
}

/** "#rrggbb" of a little-endian RGBA word; null where nothing was painted. */
function colourText(word: number): string | null {
  if (word >>> 24 === 0) return null;
  const [red = 0, green = 0, blue = 0] = [0, 8, 16].map((shift) => (word >>> shift) & 255);
  return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
