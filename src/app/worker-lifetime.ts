/**
 * How many graph runs one worker may make before it is renewed. A project decision from what others report: on iPhones and
 * iPads Safari ends a page after some 500 runs of onnxruntime on WebGPU (onnxruntime's issue 27584, iOS 26.3, version 1.24;
 * its issue 26827 tells of WebKit's growing memory), and a worker gives back all that it holds when it ends. Nobody has
 * reported the like of other platforms.
 */
import type { BackendKind } from "../engine/contract.ts";

/** Below what was reported, because a run is only counted between two batches. */
export const RUNS_ON_IOS = 400;

export interface Platform {
  readonly userAgent: string;
  /** `navigator.maxTouchPoints`: an iPad calls itself a Mac, but no Mac has a touch screen. */
  readonly maxTouchPoints: number;
  /** The page's query: `?renew=3` renews after three runs, wherever it is. */
  readonly search: string;
}

/** @returns null where a worker is never renewed. */
export function runsPerWorker({ userAgent, maxTouchPoints, search }: Platform, backend: BackendKind): number | null {
  const asked = Number(new URLSearchParams(search).get("renew"));
  if (Number.isInteger(asked) && asked > 0) return asked;
  // Every browser there is WebKit.
  const ios = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  return ios && backend === "webgpu" ? RUNS_ON_IOS : null;
}
