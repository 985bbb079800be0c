/** The class that gives what it holds the colour of a look, as --series. */
import type { Look } from "./looks.ts";
import series from "./series.module.css";

export function seriesClass(look: Look): string {
  return series[`series${look}`] ?? "";
}
