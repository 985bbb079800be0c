/** Every chart of the workbench. Charts are pure: props in, no store, no engine; they import their own styles. */
import "./charts.css";

export { BudgetLine, type BudgetLineProps } from "./BudgetLine.tsx";
export { type Budget, type BudgetFigure, budgetOf } from "./budget.ts";
export { ChartFrame, type ChartFrameProps } from "./ChartFrame.tsx";
export { CompareTraces, type CompareTracesProps, type TraceColumn, type TraceStatus } from "./CompareTraces.tsx";
export { CursorInput, type CursorInputProps } from "./CursorInput.tsx";
export type { ChartContext, Formula, FramedChartProps } from "./chart-context.ts";
export type { TraceSegment } from "./compare.ts";
export { csvFileName, toCsv } from "./csv.ts";
export { DataTable, type DataTableProps } from "./DataTable.tsx";
export { FormulaNote, type FormulaNoteProps } from "./FormulaNote.tsx";
export { formatCount, formatNats, formatParameters, formatScore, formatShare, visibleText } from "./format.ts";
export { JudgeChart, type JudgeChartProps } from "./JudgeChart.tsx";
export { claimsTrue, type JudgedColumn } from "./judge.ts";
export { KlDistribution, type KlDistributionProps, type KlSeries } from "./KlDistribution.tsx";
export { KlLegend } from "./KlLegend.tsx";
export { KL_BOUNDARIES, KL_WORDS, klStep } from "./kl-scale.ts";
export { NeuronField, type NeuronFieldProps } from "./NeuronField.tsx";
export { ReasoningChart, type ReasoningChartProps } from "./ReasoningChart.tsx";
export { RetentionChart, type RetentionChartProps } from "./RetentionChart.tsx";
export type { SecondPlan } from "./retention.ts";
export { TokenStrip, type TokenStripProps } from "./TokenStrip.tsx";
export { TokenTrace, type TokenTraceHandle, type TokenTraceProps } from "./TokenTrace.tsx";
export { type Cell, type ChartTable, type TableColumn, tableOf } from "./table.ts";
export {
  type TokenView,
  type TraceData,
  type TraceMeasurement,
  tokenSentence,
  tokenViews,
  traceSummary,
} from "./trace.ts";
