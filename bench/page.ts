/** The browser's half of the benchmarks: bench/main.ts opens this page and calls what it leaves on `window`. */
import { benchCache } from "./cache-page.ts";
import { benchKeeping } from "./keeping-page.ts";
import { benchModel } from "./model.ts";
import { benchScoring } from "./scoring.ts";

export interface BenchPage {
  benchScoring: typeof benchScoring;
  benchModel: typeof benchModel;
  benchKeeping: typeof benchKeeping;
  benchCache: typeof benchCache;
}

Object.assign(globalThis, {
  pivotscopeBench: { benchScoring, benchModel, benchKeeping, benchCache } satisfies BenchPage,
});
