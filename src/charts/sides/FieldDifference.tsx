/** The neuron field of two plans of one model: every unit by who keeps it. */
import { type PointerEvent, useLayoutEffect, useMemo, useRef } from "react";
import type { UnitLayout } from "../../core/unit.ts";
import { fieldGeometry } from "../field/field-geometry.ts";
import { useCssColours } from "../field/use-css-colours.ts";
import { useDensity } from "../field/use-density.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { layerRows } from "../layers.ts";
import { CursorInput } from "../plot/CursorInput.tsx";
import key from "../plot/key.module.css";
import { Readout } from "../plot/Plot.tsx";
import { useWidth } from "../plot/use-width.ts";
import { type ComparedSide, contextOfSides } from "./data.ts";
import styles from "./FieldDifference.module.css";
import { differenceSummary, differenceTable, layerDifference, paintDifference } from "./field-difference.ts";

export interface FieldDifferenceProps {
  /** Of one layout, which is the live side's. */
  readonly pinned: ComparedSide;
  readonly now: ComparedSide;
  /** Layer that is pointed at, here or in another chart of the same layers. */
  readonly at: number | null;
  readonly onPoint: (at: number | null) => void;
  readonly headingLevel?: 2 | 3 | 4;
}

/** Height of a layer's two lines with the gap below them, CSS pixels, by how many layers there are. */
const rowHeight = (rows: number) => Math.max(6, Math.min(16, Math.floor(280 / Math.max(1, rows))));

const COLOURS = ["--kept", "--pivot", "--accent", "--gone"] as const;

export function FieldDifference({ pinned, now, at, onPoint, headingLevel }: FieldDifferenceProps) {
  const { layout } = now;
  const rows = useMemo(() => layerRows(layout), [layout]);
  const keep = { pinned: pinned.frame.keep, now: now.frame.keep };
  const height = rowHeight(rows.length);
  const current = at === null ? undefined : rows[at];
  const reading = current ? layerDifference(current, keep) : null;
  const [ref, width] = useWidth<HTMLDivElement>(640);
  const toPointer = (event: PointerEvent<HTMLElement>) => {
    const row = Math.floor((event.clientY - event.currentTarget.getBoundingClientRect().top) / height);
    onPoint(row >= 0 && row < rows.length ? row : null);
  };
  return (
    <ChartFrame
      context={contextOfSides([pinned, now])}
      {...(headingLevel && { headingLevel })}
      title="Field compared"
      sentence="Every unit by who keeps it: the upper half of a layer's line is the pinned side, the lower half what is shown now."
      table={() => differenceTable(rows, keep)}
    >
      <div ref={ref} className={styles.difference}>
        <CursorInput
          label="Layer of the field"
          count={rows.length}
          value={at !== null && at < rows.length ? at : null}
          text={reading ?? "no layer"}
          onChange={onPoint}
        />
        <div
          className={styles.cells}
          onPointerMove={toPointer}
          onPointerDown={toPointer}
          onPointerLeave={(event) => event.pointerType !== "touch" && onPoint(null)}
        >
          <Cells layout={layout} pinned={pinned} now={now} width={width} height={height} />
          {current && at !== null && (
            <div className={styles.current} style={{ top: at * height - 1, height: height + 1 }} />
          )}
        </div>
        <ul className={key.chartKey}>
          <li>
            <i className={`${key.swatch} ${styles.both}`} />
            kept by both
          </li>
          <li>
            <i className={`${key.swatch} ${styles.pinned}`} />
            only pinned: upper half
          </li>
          <li>
            <i className={`${key.swatch} ${styles.now}`} />
            only now: lower half
          </li>
          <li>
            <i className={`${key.swatch} ${styles.neither}`} />
            neither
          </li>
        </ul>
        <Readout text={reading} hint={differenceSummary(layout, keep)} />
      </div>
    </ChartFrame>
  );
}

interface CellsProps {
  readonly layout: UnitLayout;
  readonly pinned: ComparedSide;
  readonly now: ComparedSide;
  readonly width: number;
  readonly height: number;
}

function Cells({ layout, pinned, now, width, height }: CellsProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const density = useDensity();
  const colours = useCssColours(ref, COLOURS);
  const rows = useMemo(() => layerRows(layout), [layout]);
  const geometry = useMemo(() => fieldGeometry(rows, width * density, Math.round(6 * density)), [rows, width, density]);
  const keep = { pinned: pinned.frame.keep, now: now.frame.keep };

  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d");
    const [both, first, second, gone] = colours ?? [];
    if (!context || !both || !first || !second || !gone || rows.length === 0) return;
    const lines = document.createElement("canvas");
    lines.width = geometry.columns;
    lines.height = 2 * rows.length;
    const source = lines.getContext("2d");
    if (!source) return;
    const image = source.createImageData(lines.width, lines.height);
    const kept = { pinned: pinned.frame.keep, now: now.frame.keep };
    paintDifference(image.data, geometry, kept, { both, pinned: first, now: second, gone });
    source.putImageData(image, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.imageSmoothingEnabled = false;
    const half = Math.max(1, Math.floor(((height - 1) * density) / 2));
    for (let line = 0; line < lines.height; line++) {
      const y = Math.round((line >> 1) * height * density) + (line % 2) * half;
      context.drawImage(lines, 0, line, lines.width, 1, 0, y, lines.width, half);
    }
  }, [colours, geometry, rows, height, density, pinned.frame, now.frame]);

  return (
    <canvas
      ref={ref}
      className={styles.canvas}
      role="img"
      aria-label={differenceSummary(layout, keep)}
      width={geometry.columns}
      height={Math.round(rows.length * height * density)}
      style={{ width: geometry.columns / density, height: rows.length * height }}
    />
  );
}
