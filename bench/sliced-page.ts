/** The dense against the sliced model on one backend of the browser. */
import { createBrowserEngine } from "../src/engine/browser-engine.ts";
import { measureSliced, type SlicedOptions } from "./sliced.ts";

/** @param path of the checkpoint on the page's own server. */
export function benchSliced(path: string, options: Omit<SlicedOptions, "source">) {
  const url = new URL(path, location.href).href;
  return measureSliced(createBrowserEngine(), { ...options, source: { kind: "address", name: "bench", url } });
}
