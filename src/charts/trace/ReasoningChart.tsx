/** The region "Reasoning": strip, running text and colour legend of one measured trace in the common frame. */

import { useMemo, useRef, useState } from "react";
import type { TokenIndex } from "../../core/unit.ts";
import { formatNats, plural } from "../format.ts";
import frame from "../frame/ChartFrame.module.css";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import { KlLegend } from "../kl/KlLegend.tsx";
import styles from "./ReasoningChart.module.css";
import { TokenStrip } from "./TokenStrip.tsx";
import { TokenTrace, type TokenTraceHandle } from "./TokenTrace.tsx";
import tokenStyles from "./token.module.css";
import { type TokenView, type TraceData, tokenViews, traceTable } from "./trace.ts";

const defaults = {
  title: "Reasoning",
  sentence: "The dense model's own words; the stronger a token's colour, the less the pruned model agrees (KL).",
} as const;

export interface ReasoningChartProps extends FramedChartProps, TraceData {
  readonly streaming?: boolean;
}

export function ReasoningChart(props: ReasoningChartProps) {
  const { tokens, measurement, pivots, argmaxTexts = null, streaming = false, ...frameProps } = props;
  const views = useMemo(
    () => tokenViews({ tokens, measurement, pivots, argmaxTexts }),
    [tokens, measurement, pivots, argmaxTexts],
  );
  const trace = useRef<TokenTraceHandle>(null);
  const [active, setActive] = useState<TokenIndex | null>(null);
  const stale = (frameProps.staleRatio ?? null) !== null;
  return (
    <ChartFrame
      {...frameProps}
      title={defaults.title}
      sentence={defaults.sentence}
      formula={traceFormula(views)}
      table={() => traceTable(views)}
    >
      {views.length === 0 ? (
        <p className={frame.chartEmpty}>{streaming ? "Waiting for the first token." : "No reasoning yet."}</p>
      ) : (
        <>
          <TokenStrip
            views={views}
            stale={stale}
            active={active}
            onPick={(index) => trace.current?.focusToken(index)}
          />
          <TokenTrace ref={trace} views={views} stale={stale} streaming={streaming} onActive={setActive} />
          <KlLegend />
          <p className={styles.tokenKey}>
            <span className={tokenStyles.token} data-pivot="true">
              pivot
            </span>
            <span className={tokenStyles.token} data-differs="true">
              pruned model says another token
            </span>
            <span className={tokenStyles.token} data-first="true">
              first of them
            </span>
          </p>
        </>
      )}
    </ChartFrame>
  );
}

function traceFormula(views: readonly TokenView[]): Formula {
  const measured = views.flatMap((view) => (view.kl !== null && Number.isFinite(view.kl) ? [view.kl] : []));
  const mean = measured.reduce((sum, kl) => sum + kl, 0) / measured.length;
  return {
    expression: "KL(dense ‖ pruned) = Σ p_dense · (ln p_dense − ln p_pruned), per token",
    withNumbers:
      measured.length > 0
        ? `mean over ${plural(measured.length, "trace token")} = ${formatNats(mean)} nats`
        : "nothing measured yet",
    source: "µCRASP, arXiv 2605.25842, evaluation; colour boundaries by Pinsker's bound √(KL/2), a project decision",
  };
}
