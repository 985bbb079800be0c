/** CSV (RFC 4180) from a chart's table, and the name of the file it goes to. */
import { csvField } from "../../core/csv.ts";
import type { ChartTable } from "./table.ts";

/** Header line and one line per row, CRLF after each; numbers in full, absent values empty. */
export function toCsv(table: ChartTable): string {
  const lines = [table.columns.map((column) => csvField(column.label)).join(",")];
  for (let index = 0; index < table.rowCount; index++) {
    const row = table.row(index);
    lines.push(table.columns.map((_, column) => csvField(row[column] ?? null)).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

/**
 * A file name that says what is inside: pivotscope-retention-by-layer-smolvlm-256m-mucrasp-38pct.csv.
 * @param ratio a ratio, or words for several.
 */
export function csvFileName(title: string, model: string, method: string, ratio: number | string): string {
  const ratioText = typeof ratio === "string" ? ratio.replaceAll("%", "pct") : `${Number((ratio * 100).toFixed(1))}pct`;
  return `${["pivotscope", title, model, method, ratioText].map(slug).filter(Boolean).join("-")}.csv`;
}

function slug(text: string): string {
  return text
    .replaceAll("µ", "mu")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
