/**
 * The table that stands behind a chart: what "show as table" shows and what the CSV holds.
 *
 * Rows are asked for one at a time, so a table of 83,000 units costs nothing until somebody looks at it.
 */

export type Cell = string | number | null;

export interface TableColumn {
  /** Heading, with the unit where there is one: "KL (nats)". */
  readonly label: string;
  readonly kind: "text" | "number";
  /** How the table prints the number; the CSV always has the full number. */
  readonly format?: (value: number) => string;
  /** How the table prints the text, for example with its invisible characters drawn; the CSV has it as it is. */
  readonly show?: (text: string) => string;
}

export interface ChartTable {
  readonly columns: readonly TableColumn[];
  readonly rowCount: number;
  /** Cells of row `index` in the order of the columns. */
  readonly row: (index: number) => readonly Cell[];
}

/** A table over rows that are there already. */
export function tableOf(columns: readonly TableColumn[], rows: readonly (readonly Cell[])[]): ChartTable {
  return { columns, rowCount: rows.length, row: (index) => rows[index] ?? [] };
}

/** The text of one cell in the table; an absent value is an en dash. */
export function cellText(cell: Cell | undefined, column: TableColumn): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "string") return column.show ? column.show(cell) : cell;
  if (Number.isNaN(cell)) return "not a number";
  return column.format ? column.format(cell) : String(cell);
}
