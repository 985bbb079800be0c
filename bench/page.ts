/** The browser's half of the benchmarks: bench/main.ts opens this page and calls what it leaves on `window`. */
import { benchModel } from "./model.ts";
import { benchScoring } from "./scoring.ts";

export interface BenchPage {
  benchScoring: typeof benchScoring;
  benchModel: typeof benchModel;
}

Object.assign(globalThis, { pivotscopeBench: { benchScoring, benchModel } satisfies BenchPage });
