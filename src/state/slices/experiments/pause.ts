/** A break in a run: what waits for its end, and how long all breaks together have lasted. */
export interface Pause {
  readonly lasts: boolean;
  /** Milliseconds spent in breaks that are over. */
  readonly spent: number;
  begin(): void;
  end(): void;
  /** Resolves once no break lasts. */
  over(): Promise<void>;
}

/** @param now milliseconds of a clock that only goes forward. */
export function createPause(now: () => number): Pause {
  let current: { readonly since: number; readonly over: Promise<void>; readonly finish: () => void } | null = null;
  let spent = 0;
  return {
    get lasts() {
      return current !== null;
    },
    get spent() {
      return spent;
    },
    begin() {
      let finish = () => {};
      const over = new Promise<void>((resolve) => {
        finish = resolve;
      });
      current ??= { since: now(), over, finish };
    },
    end() {
      if (!current) return;
      const { since, finish } = current;
      spent += now() - since;
      current = null;
      finish();
    },
    async over() {
      while (current) await current.over;
    },
  };
}
