/** The whole trace in one strip: a thin cell per token in its KL colour, a tick per pivot; click goes to a token. */
import "../kl/kl-colours.css";
import { memo, type PointerEvent, useState } from "react";
import type { TokenIndex } from "../../core/unit.ts";
import { KL_WORDS } from "../kl/kl-scale.ts";
import { CursorInput } from "../plot/CursorInput.tsx";
import { rectanglePath } from "../plot/paths.ts";
import { useWidth } from "../plot/use-width.ts";
import styles from "./TokenStrip.module.css";
import { type TokenView, tokenSentence, traceSummary } from "./trace.ts";

const defaults = { width: 420, height: 22, cellTop: 6, cellHeight: 12 } as const;

export interface TokenStripProps {
  readonly views: readonly TokenView[];
  readonly stale?: boolean;
  /** Token that is marked, for example the one under the pointer in the trace. */
  readonly active?: TokenIndex | null;
  /** Click on a cell, or Enter on the cursor. */
  readonly onPick?: (index: TokenIndex) => void;
}

export function TokenStrip({ views, stale = false, active = null, onPick }: TokenStripProps) {
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
  const [cursor, setCursor] = useState<number | null>(null);
  const step = width / Math.max(1, views.length);
  const marked = cursor ?? active;
  const current = cursor === null ? undefined : views[cursor];
  const onClick = (event: PointerEvent<SVGSVGElement>) => {
    const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / step);
    if (at >= 0 && at < views.length) onPick?.(at);
  };
  return (
    <div ref={ref} data-stale={stale || undefined}>
      <CursorInput
        label="Token"
        count={views.length}
        value={cursor}
        text={current ? tokenSentence(current) : "no token"}
        onChange={setCursor}
        {...(onPick ? { onPick } : {})}
      />
      <svg
        className={styles.stripPicture}
        role="img"
        aria-label={traceSummary(views)}
        width={width}
        height={defaults.height}
        onPointerUp={onClick}
      >
        <Cells views={views} step={step} />
        {marked !== null && marked < views.length && (
          <rect
            className={styles.stripActive}
            x={marked * step - 1}
            y={defaults.cellTop - 1.5}
            width={step + 2}
            height={defaults.cellHeight + 3}
          />
        )}
      </svg>
    </div>
  );
}

interface CellsProps {
  readonly views: readonly TokenView[];
  readonly step: number;
}

/** One path per colour and one for the pivots, whatever the number of tokens. */
const Cells = memo(function Cells({ views, step }: CellsProps) {
  const { colours, unmeasured, pivots, differing } = stripPaths(views, step);
  return (
    <>
      <path className={styles.stripUnmeasured} d={unmeasured} />
      {colours.map((path, kl) => (
        <path key={KL_WORDS[kl]} className={styles.stripCell} data-kl={kl} d={path} />
      ))}
      <path className={styles.stripPivot} d={pivots} />
      <path className={styles.stripDiffers} d={differing} />
    </>
  );
});

export interface StripPaths {
  /** Cells of each step of the KL scale. */
  readonly colours: readonly string[];
  readonly unmeasured: string;
  readonly pivots: string;
  /** Ticks below the tokens that the pruned model would say differently. */
  readonly differing: string;
}

/** Data → shapes of the strip, `step` CSS pixels per token. */
export function stripPaths(views: readonly TokenView[], step: number): StripPaths {
  const colours = KL_WORDS.map(() => "");
  let unmeasured = "";
  let pivots = "";
  let differing = "";
  const cell = Math.max(0.5, step > 3 ? step - 1 : step);
  for (const view of views) {
    const x = view.index * step;
    const path = rectanglePath(x, defaults.cellTop, cell, defaults.cellHeight);
    if (view.step === null) unmeasured += path;
    else colours[view.step] = `${colours[view.step] ?? ""}${path}`;
    if (view.pivot) pivots += rectanglePath(x + cell / 2 - 1, 0, 2, 4);
    if (view.differs) differing += rectanglePath(x + cell / 2 - 0.75, defaults.height - 3, 1.5, 3);
  }
  return { colours, unmeasured, pivots, differing };
}
