/** CSV (RFC 4180) from a chart's table. */
import { csvField } from "../../core/csv.ts";
import type { ChartTable } from "../frame/table.ts";

/** Header line and one line per row, CRLF after each; numbers in full, absent values empty. */
export function toCsv(table: ChartTable): string {
  const lines = [table.columns.map((column) => csvField(column.label)).join(",")];
  for (let index = 0; index < table.rowCount; index++) {
    const row = table.row(index);
    lines.push(table.columns.map((_, column) => csvField(row[column] ?? null)).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}
