/** A chart's numbers as a table; long ones in pages, so that 83,000 units stay readable and cheap. */

import { useState } from "react";
import hidden from "../../styles/hidden.module.css";
import { formatCount } from "../format.ts";
import buttons from "./action.module.css";
import styles from "./DataTable.module.css";
import { type ChartTable, cellText } from "./table.ts";

/** Rows per page. */
export const PAGE_ROWS = 100;

export interface DataTableProps {
  /** What the table holds; read out as its caption. */
  readonly caption: string;
  readonly table: ChartTable;
}

export function DataTable({ caption, table }: DataTableProps) {
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(table.rowCount / PAGE_ROWS));
  const current = Math.min(page, pages - 1);
  const first = current * PAGE_ROWS;
  const last = Math.min(first + PAGE_ROWS, table.rowCount);
  const indexes = Array.from({ length: last - first }, (_, offset) => first + offset);
  return (
    <div className={styles.dataTable}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard */}
      <div className={styles.dataTableScroll} tabIndex={0}>
        <table>
          <caption className={hidden.visuallyHidden}>{caption}</caption>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column.label} scope="col" data-kind={column.kind}>
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {indexes.map((index) => {
              const row = table.row(index);
              return (
                <tr key={index}>
                  {table.columns.map((column, position) => (
                    <td key={column.label} data-kind={column.kind}>
                      {cellText(row[position], column)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <div className={styles.dataTablePager}>
          <button
            type="button"
            className={buttons.chartAction}
            disabled={current === 0}
            onClick={() => setPage(current - 1)}
          >
            previous
          </button>
          <span>
            rows {formatCount(first + 1)}–{formatCount(last)} of {formatCount(table.rowCount)}
          </span>
          <button
            type="button"
            className={buttons.chartAction}
            disabled={current === pages - 1}
            onClick={() => setPage(current + 1)}
          >
            next
          </button>
        </div>
      )}
    </div>
  );
}
