/** The region "Reasoning": the dense model's words above, the pruned model's below, in the common frame. */

import { type ReactNode, useMemo, useRef, useState } from "react";
import type { TokenIndex } from "../../core/unit.ts";
import hidden from "../../styles/hidden.module.css";
import { formatNats, plural } from "../format.ts";
import frame from "../frame/ChartFrame.module.css";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import { KlLegend } from "../kl/KlLegend.tsx";
import { TokenStrip } from "../trace/TokenStrip.tsx";
import tokenStyles from "../trace/token.module.css";
import { type TokenView, traceTable } from "../trace/trace.ts";
import type { AlignedLines, PrunedLine } from "./align.ts";
import { DualLines, type DualLinesHandle } from "./DualLines.tsx";
import styles from "./LinesChart.module.css";
import { cutWords, lineSentence, spokenStatement, statementsTable } from "./line-words.ts";
import lineStyles from "./lines.module.css";

const defaults = {
  title: "Reasoning",
  sentence:
    "The dense model's words, tinted by how far the pruned model's prediction moved (KL); below them what the pruned model says.",
} as const;

export interface ReasoningLines {
  readonly views: readonly TokenView[];
  readonly line: PrunedLine;
  readonly lines: AlignedLines;
  /** Whether the limit of tokens ended a line, not the model. */
  readonly denseCut: boolean;
  readonly prunedCut: boolean;
}

export interface LinesChartProps extends FramedChartProps, ReasoningLines {
  /** Whether the dense tokens are still coming. */
  readonly streaming?: boolean;
  /** Stands in place of the sentence under the lines while the dense model is at work or was stopped. */
  readonly status?: ReactNode;
}

export function LinesChart(props: LinesChartProps) {
  const { views, line, lines, denseCut, prunedCut, streaming = false, status = null, ...frameProps } = props;
  const handle = useRef<DualLinesHandle>(null);
  const [active, setActive] = useState<TokenIndex | null>(null);
  const stale = (frameProps.staleRatio ?? null) !== null;
  const sentence = useMemo(() => lineSentence(line, views), [line, views]);
  const written = line.kind === "written" ? line.tokens.length : 0;
  return (
    <ChartFrame
      {...frameProps}
      title={defaults.title}
      sentence={defaults.sentence}
      formula={traceFormula(views)}
      table={() => statementsTable(lines, line, views)}
      csv={() => traceTable(views)}
    >
      {views.length === 0 ? (
        <div className={styles.empty}>
          <div className={lineStyles.lines}>
            <p className={`${frame.chartEmpty} ${lineStyles.box}`}>
              {streaming ? "Waiting for the first token." : "No reasoning yet."}
            </p>
          </div>
        </div>
      ) : (
        <>
          <TokenStrip
            views={views}
            stale={stale}
            active={active}
            onPick={(index) => handle.current?.focusToken(index)}
          />
          <DualLines
            ref={handle}
            lines={lines}
            kind={line.kind}
            views={views}
            denseEnd={cutWords(denseCut, views.length)}
            prunedEnd={cutWords(prunedCut, written)}
            stale={stale}
            streaming={streaming}
            onActive={setActive}
          />
        </>
      )}
      <div className={styles.under}>
        {status ?? (
          <p className={lineStyles.note} title={sentence}>
            {sentence}
          </p>
        )}
        <Key />
      </div>
      <Spoken lines={lines} line={line} />
      <KlLegend />
    </ChartFrame>
  );
}

/** The pruned line for those who hear the page: the tokens above are the dense model's. */
function Spoken({ lines, line }: { readonly lines: AlignedLines; readonly line: PrunedLine }) {
  if (line.kind !== "written") return null;
  return (
    <ol className={hidden.visuallyHidden} aria-label="What the pruned model says, statement by statement">
      {lines.statements.map((statement) => (
        <li key={statement.first}>{spokenStatement(statement)}</li>
      ))}
    </ol>
  );
}

function Key() {
  return (
    <p className={styles.key}>
      <span className={tokenStyles.token} data-pivot="true">
        pivot
      </span>
      <span className={tokenStyles.token} data-differs="true">
        pruned model would say another
      </span>
      <span className={styles.flag}>leaves the path</span>
    </p>
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
