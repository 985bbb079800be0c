/** A picture's curve with its axes: mean KL over the ratio, each point by whether the answer is still the dense model's. */
import "../kl/kl-colours.css";
import type { ReactNode } from "react";
import { formatShare } from "../format.ts";
import { klStep } from "../kl/kl-scale.ts";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import { plotBox, valueY } from "../plot/box.ts";
import { useChartScale } from "../plot/chart-scale.ts";
import key from "../plot/key.module.css";
import { linearScale } from "../plot/scale.ts";
import { useChartWidth } from "../plot/use-width.ts";
import styles from "./CurveDrawing.module.css";
import type { CurveRow } from "./curve-shape.ts";
import { curveSummary } from "./curve-words.ts";

const defaults = { width: 560, height: 220, margin: { left: 48, right: 12, top: 12, bottom: 48 } } as const;
/** Per cent between ticks, and the half of a mark's width. */
const STEP = 10;
const MARK = 4.5;
/** From the plot's ends to the first and last ratio, so that marks clear the values' ticks. */
const INSET = 8;

export interface CurveDrawingProps {
  readonly rows: readonly CurveRow[];
  /** Per cent at the right end. */
  readonly maximum: number;
}

export function CurveDrawing({ rows, maximum }: CurveDrawingProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(defaults.width);
  const scale = useChartScale();
  const box = plotBox(width, defaults.height, defaults.margin);
  // Of half precision a KL may be no number; the table says so.
  const placed = rows.filter(({ kl }) => Number.isFinite(kl));
  const values = linearScale(0, Math.max(0.001, ...placed.map(({ kl }) => kl)));
  const x = (ratio: number) => box.left + INSET + ((ratio * 100) / maximum) * (box.right - box.left - 2 * INSET);
  const points = placed.map((row) => ({ ...row, x: x(row.ratio), y: valueY(box, values, row.kl) }));
  const line = points.map((point, place) => `${place === 0 ? "M" : "L"}${point.x} ${point.y}`).join("");
  const ticks = Array.from({ length: Math.floor(maximum / STEP) + 1 }, (_, place) => (place * STEP) / 100);
  return (
    <div ref={ref} className={styles.drawing}>
      <svg
        role="img"
        aria-label={curveSummary(rows)}
        width={box.width * scale}
        height={box.height * scale}
        {...(scale === 1 ? {} : { viewBox: `0 0 ${box.width} ${box.height}`, "data-scaled": true })}
      >
        <ValueAxis box={box} scale={values} format={String} name="mean KL, nats" />
        <BottomAxis
          box={box}
          ticks={ticks.map((ratio) => ({ x: x(ratio), text: formatShare(ratio) }))}
          name="ratio asked"
          drop={18}
          line
        />
        <path className={styles.line} d={line} />
        {points.map((point) => (
          <g key={point.ratio} data-kl={klStep(point.kl) ?? undefined}>
            {point.matches === false ? (
              <path className={styles.differs} d={cross(point.x, point.y)} />
            ) : (
              <circle
                className={point.matches === null ? styles.unknown : styles.same}
                cx={point.x}
                cy={point.y}
                r={MARK}
              />
            )}
          </g>
        ))}
      </svg>
      <ul className={key.chartKey} aria-label="What is drawn">
        <li>
          <Sample>
            <circle className={styles.same} data-kl={2} cx={6} cy={6} r={MARK} />
          </Sample>
          the dense model's answer, coloured by KL
        </li>
        <li>
          <Sample>
            <path className={styles.differs} d={cross(6, 6)} />
          </Sample>
          another answer
        </li>
        <li>
          <Sample>
            <circle className={styles.unknown} cx={6} cy={6} r={MARK} />
          </Sample>
          answer not known yet
        </li>
      </ul>
    </div>
  );
}

function Sample({ children }: { readonly children: ReactNode }) {
  return (
    <svg width={12} height={12} aria-hidden="true">
      {children}
    </svg>
  );
}

function cross(x: number, y: number): string {
  return `M${x - MARK} ${y - MARK}L${x + MARK} ${y + MARK}M${x - MARK} ${y + MARK}L${x + MARK} ${y - MARK}`;
}
