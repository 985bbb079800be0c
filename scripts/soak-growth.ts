/** Whether memory stays flat: what scripts/soak.ts judges its figures by. */

/** Bytes of one thing, for example a process, at the start, after a quarter and a half of the runs, and at the end. */
export interface Series {
  readonly name: string;
  readonly bytes: readonly [start: number, quarter: number, half: number, end: number];
}

/** What allocators and garbage collectors leave lying about, of the whole and at least. */
export const SHARE = 0.05;
export const LEAST = 12e6;

/**
 * Whether it grows: the end is above the quarter by more than an allocator's slack. The first quarter does not count, since
 * caches that are bounded fill up in it; a leak goes on.
 */
export function grows({ bytes: [, quarter, , end] }: Series): boolean {
  return end - quarter > Math.max(SHARE * quarter, LEAST);
}

/** A row for each, in megabytes. */
export function soakTable(series: readonly Series[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = ["MB", "start", "quarter", "half", "end", "since the quarter"];
  return [
    row(head),
    row(head.map(() => "---")),
    ...series.map((one) => {
      const megabytes = one.bytes.map((bytes) => (bytes / 1e6).toFixed(1));
      const change = (one.bytes[3] - one.bytes[1]) / 1e6;
      const words = `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(1)}${grows(one) ? ", grows" : ""}`;
      return row([one.name, ...megabytes, words]);
    }),
  ].join("\n");
}
