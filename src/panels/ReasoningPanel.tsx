/** What it does to the reasoning: verdict, the trace shaded by KL, the distribution of KL, and the judge. */
import { DetailPanel } from "./reasoning/DetailPanel.tsx";
import { Lines } from "./reasoning/Lines.tsx";
import { VerdictLine } from "./reasoning/VerdictLine.tsx";
import columns from "./shared/columns.module.css";

export function ReasoningPanel() {
  return (
    <div className={`${columns.column} ${columns.columnReasoning} ${columns.panel}`}>
      <VerdictLine />
      <Lines />
      <DetailPanel />
    </div>
  );
}
