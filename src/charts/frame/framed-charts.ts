/** What stands in the frames on the page, for those who take charts off it: found by the frame's element. */
import type { SavedChart } from "../save/save-chart.ts";
import type { ChartTable } from "./table.ts";

export interface FramedChart {
  readonly chart: SavedChart;
  /** What "show as table" shows. */
  readonly table: () => ChartTable;
  /** Whether the chart is this table. */
  readonly isTable: boolean;
}

export const framedCharts = new WeakMap<Element, FramedChart>();
