/** Everything that a report draws, in the order of its sections: the page's own panels, which are read off as pictures. */
import type { ComponentType, ReactNode } from "react";
import { CurveDrawing } from "../../charts/curve/CurveDrawing.tsx";
import { answerSentence, curveTable } from "../../charts/curve/curve-words.ts";
import { ChartFrame } from "../../charts/frame/ChartFrame.tsx";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { MAXIMUM_RATIO } from "../../state/slices/pruning/pruning.ts";
import { ReasoningComparison } from "../compare/ReasoningComparison.tsx";
import { SidesPanel } from "../compare/SidesPanel.tsx";
import { useCurveRows } from "../curve/use-curve-rows.ts";
import { PanelBoundary } from "../PanelBoundary.tsx";
import { PlanPanel } from "../PlanPanel.tsx";
import Distribution from "../reasoning/Distribution.tsx";
import { Judge } from "../reasoning/Judge.tsx";
import { Lines } from "../reasoning/Lines.tsx";
import { shownForTrace } from "../reasoning/measured.ts";
import { useSelect } from "../use-workbench.ts";

/** In this order. */
export const GROUPS = ["reasoning", "moved", "gone", "curve", "compared", "experiments"] as const;
export type Group = (typeof GROUPS)[number];

export interface ReportChartsProps {
  /** Panels of the experiments that have results. */
  readonly experiments: readonly ComponentType[];
}

export function ReportCharts({ experiments }: ReportChartsProps) {
  const spoken = useSelect(({ reasoning }) => reasoning.tokens.length > 0);
  const measured = useSelect((state) => shownForTrace(state) !== null);
  const planned = useSelect(({ pruning }) => pruning.frame !== null);
  const compared = useSelect(({ comparison }) => comparison.of !== null);
  const pinned = useSelect(({ pins }) => pins.pins.length > 0);
  return (
    <>
      <Part group="reasoning">
        {spoken && <Lines />}
        {spoken && <Judge />}
      </Part>
      <Part group="moved">{measured && <Distribution />}</Part>
      <Part group="gone">{planned && <PlanPanel />}</Part>
      <Part group="curve">
        <Curve />
      </Part>
      <Part group="compared">
        {compared && <ReasoningComparison />}
        {pinned && <SidesPanel />}
      </Part>
      <Part group="experiments">
        {experiments.map((Panel, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are drawn once
          <Panel key={place} />
        ))}
      </Part>
    </>
  );
}

function Part({ group, children }: { readonly group: Group; readonly children: ReactNode }) {
  return (
    <div data-group={group}>
      <PanelBoundary name="The report">{children}</PanelBoundary>
    </div>
  );
}

function Curve() {
  const rows = useCurveRows();
  const of = useSelect((state) => state.curve.points[0]?.of ?? null);
  if (!of || rows.length < 2) return null;
  return (
    <ChartFrame
      title="This picture's curve"
      sentence={`What pruning does to this reasoning, ratio by ratio: ${answerSentence(rows)}.`}
      context={{ ...contextOf(of), ratioText: `${rows.length} ratios` }}
      table={() => curveTable(rows)}
    >
      <CurveDrawing rows={rows} maximum={MAXIMUM_RATIO * 100} />
    </ChartFrame>
  );
}
