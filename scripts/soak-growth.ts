/** Whether memory stays flat: what scripts/soak.ts judges its figures by. */

/** Bytes of one thing, for example a process, at the start, after a quarter and a half of the runs, and at the end. */
export interface Series {
  readonly name: string;
  /** Bytes in use, counted after garbage was collected; else what is resident, with what allocators leave lying about. */
  readonly counted: boolean;
  readonly bytes: readonly [start: number, quarter: number, half: number, end: number];
}

/** What may lie about, as a share of the whole and at least. */
const SLACK = { counted: { share: 0.05, least: 2e6 }, resident: { share: 0.1, least: 12e6 } } as const;

/** How much more there is at the end than in the first quarter, in which caches that are bounded fill up. A leak goes on. */
function growth({ bytes: [start, quarter, , end] }: Series): number {
  return end - Math.max(start, quarter);
}

/** Whether it grows: by more than may lie about. */
export function grows(series: Series): boolean {
  const [start, quarter] = series.bytes;
  const { share, least } = SLACK[series.counted ? "counted" : "resident"];
  return growth(series) > Math.max(share * Math.max(start, quarter), least);
}

/** A row for each, in megabytes. */
export function soakTable(series: readonly Series[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = ["MB", "start", "quarter", "half", "end", "since the first quarter"];
  return [
    row(head),
    row(head.map(() => "---")),
    ...series.map((one) => {
      const megabytes = one.bytes.map((bytes) => (bytes / 1e6).toFixed(1));
      const change = growth(one) / 1e6;
      const words = `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(1)}${grows(one) ? ", grows" : ""}`;
      return row([one.name, ...megabytes, words]);
    }),
  ].join("\n");
}
