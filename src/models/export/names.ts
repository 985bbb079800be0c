/** What an export is called: model, method and ratio, as far as file systems and hubs take them. */
import type { Plan } from "../../core/plan.ts";

/** For example "scenes-mucrasp-40pct". */
export function exportName(plan: Pick<Plan, "method" | "ratio">, model: string): string {
  const percent = Number((100 * plan.ratio.asked).toFixed(1));
  const base =
    model
      .split("/")
      .at(-1)
      ?.replace(/[^\w.-]+/g, "-")
      .replace(/^\.+/, "") || "model";
  return `${base}-${plan.method}-${percent}pct`;
}
