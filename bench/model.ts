/** Calibration and generation of the bundled model on one backend of the browser. */
import { defaultPivotParameters } from "../src/core/pivots.ts";
import { createBrowserEngine } from "../src/engine/browser-engine.ts";
import type { BackendKind } from "../src/engine/contract.ts";
import { decodePicture } from "../src/models/image/decode-browser.ts";
import { measureEngine } from "./measure-engine.ts";

export async function benchModel(backend: BackendKind, samples: number) {
  const folder = new URL("/models/tiny-scenes/", location.href).href;
  const evaluation = await (await fetch(`${folder}evaluation.json`)).json();
  const { image, question } = evaluation.samples[0];
  const picture = await decodePicture(await (await fetch(folder + image)).blob(), image);
  return measureEngine(
    createBrowserEngine(),
    { source: { kind: "address", name: "tiny-scenes", url: folder }, backend },
    { picture, question },
    { batchSize: 2, sampleLimit: samples, pivots: { ...defaultPivotParameters(), window: 2 } },
  );
}
