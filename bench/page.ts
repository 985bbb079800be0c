/** The browser's half of the benchmarks: bench/main.ts opens this page and calls what it leaves on `window`. */
import { benchCache } from "./cache-page.ts";
import { benchKeeping } from "./keeping-page.ts";
import { benchModel } from "./model.ts";
import { benchScoring } from "./scoring.ts";
import { benchSliced } from "./sliced-page.ts";

export interface BenchPage {
  benchScoring: typeof benchScoring;
  benchModel: typeof benchModel;
  benchKeeping: typeof benchKeeping;
  benchCache: typeof benchCache;
  benchSliced: typeof benchSliced;
}

Object.assign(globalThis, {
  pivotscopeBench: { benchScoring, benchModel, benchKeeping, benchCache, benchSliced } satisfies BenchPage,
});
