/** The browser's half of scripts/soak.ts: the page's engine in its worker. */
import { createWorkerEngine } from "../src/engine/worker/client.ts";
import { createSoakWork, type SoakWork } from "./soak-work.ts";

export interface CountedBytes {
  /** Bytes that the browser counts to the page's own script, and to its worker with the WebAssembly in it. */
  readonly page: number;
  readonly worker: number;
}

export interface SoakPage extends SoakWork {
  /** Collects garbage and counts what is left; null where the browser does not count. */
  count(): Promise<CountedBytes | null>;
}

interface Attribution {
  readonly scope: string;
}

interface Measuring {
  measureUserAgentSpecificMemory?(): Promise<{
    readonly breakdown: readonly { readonly bytes: number; readonly attribution: readonly Attribution[] }[];
  }>;
}

const page: SoakPage = {
  ...createSoakWork(createWorkerEngine()),
  async count() {
    const found = await (performance as Measuring).measureUserAgentSpecificMemory?.();
    if (!found) return null;
    const bytes = (isOf: (scope: string) => boolean) =>
      found.breakdown
        .filter(({ attribution }) => attribution.some(({ scope }) => isOf(scope)))
        .reduce((sum, entry) => sum + entry.bytes, 0);
    return { page: bytes((scope) => scope === "Window"), worker: bytes((scope) => scope.includes("Worker")) };
  },
};

Object.assign(globalThis, { pivotscopeSoak: page });
