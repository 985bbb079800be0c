/** Whose the numbers on a chart are, in one line. */
import { formatShare } from "../format.ts";
import type { ChartContext } from "../frame/chart-context.ts";

/** "Scenes 3M · µCRASP · 38.0 %". */
export function whoseLine({ model, method, ratio, ratioText }: ChartContext): string {
  return `${model} · ${method} · ${ratioText ?? formatShare(ratio, 1)}`;
}
