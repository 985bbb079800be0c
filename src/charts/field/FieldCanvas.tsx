/** The pixels of the neuron field: painted in the same frame as the tick that caused them, nothing else redrawn. */

import { memo, type RefObject, useLayoutEffect, useMemo, useRef } from "react";
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import type { FieldGeometry } from "./field-geometry.ts";
import { createFieldPainter, fieldRamp } from "./field-paint.ts";
import styles from "./NeuronField.module.css";
import { useCssColours } from "./use-css-colours.ts";

/** Vertical places of the rows, CSS pixels; shared by the canvas and the marks over it. */
export interface FieldRowPlaces {
  readonly rowHeight: number;
  /** Room above each tower's first row. */
  readonly towerHead: number;
  /** Top of each row. */
  readonly tops: readonly number[];
  readonly height: number;
}

export interface FieldCanvasProps {
  readonly layout: UnitLayout;
  readonly frame: FrameData;
  readonly geometry: FieldGeometry;
  readonly places: FieldRowPlaces;
  /** Device pixels per CSS pixel. */
  readonly density: number;
  readonly label: string;
  readonly canvasRef: RefObject<HTMLCanvasElement | null>;
}

const COLOURS = ["--gone", "--kept"] as const;

export const FieldCanvas = memo(function FieldCanvas(props: FieldCanvasProps) {
  const { layout, frame, geometry, places, density, label, canvasRef } = props;
  const painter = useMemo(() => createFieldPainter(layout), [layout]);
  const colours = useCssColours(canvasRef, COLOURS);
  const ramp = useMemo(() => (colours?.[0] && colours[1] ? fieldRamp(colours[0], colours[1]) : null), [colours]);
  const scanlines = useRef<Scanlines | null>(null);
  const rowCount = geometry.rows.length;

  useLayoutEffect(() => {
    const context = canvasRef.current?.getContext("2d");
    if (!context || !ramp || rowCount === 0) return;
    const lines = reuseScanlines(scanlines.current, geometry.columns, rowCount);
    scanlines.current = lines;
    painter.paint(lines.pixels, geometry, frame, ramp);
    lines.context.putImageData(lines.image, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.imageSmoothingEnabled = false;
    const gap = places.rowHeight >= 4 ? 1 : 0;
    places.tops.forEach((top, row) => {
      const y = Math.round(top * density);
      const bottom = Math.round((top + places.rowHeight - gap) * density);
      context.drawImage(lines.canvas, 0, row, geometry.columns, 1, 0, y, geometry.columns, bottom - y);
    });
  }, [canvasRef, painter, geometry, places, density, frame, ramp, rowCount]);

  return (
    <canvas
      ref={canvasRef}
      className={styles.fieldCanvas}
      role="img"
      aria-label={label}
      width={geometry.columns}
      height={Math.round(places.height * density)}
      style={{ width: geometry.columns / density, height: places.height }}
    />
  );
});

interface Scanlines {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
}

/** One pixel row per layer, stretched to the row's height when drawn. */
function reuseScanlines(before: Scanlines | null, columns: number, rows: number): Scanlines {
  if (before && before.canvas.width === columns && before.canvas.height === rows) return before;
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gave no 2D drawing context for the neuron field.");
  const image = context.createImageData(columns, rows);
  return { canvas, context, image, pixels: new Uint32Array(image.data.buffer) };
}
