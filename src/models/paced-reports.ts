/** Reports that come faster than anybody needs them, thinned out without losing the newest. */

export interface PacedReports {
  /** There is something to report. */
  note(): void;
  /** Nothing is reported any more. */
  end(): void;
}

/**
 * Calls `report` at most once per `interval` milliseconds, and once more when nothing follows what was left out: bytes
 * that came fast before a stall must not wait for its end. `report` looks up by itself what is newest.
 */
export function paceReports(interval: number, report: () => void): PacedReports {
  let last = performance.now();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const end = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const send = () => {
    end();
    last = performance.now();
    report();
  };
  return {
    note() {
      // Work that never lets a timer in must still be seen to go on.
      if (performance.now() - last >= interval) send();
      else timer ??= setTimeout(send, interval);
    },
    end,
  };
}
