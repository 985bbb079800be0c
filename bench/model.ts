/** Calibration and generation of the bundled model on one backend of the browser. */
import { defaultPivotParameters } from "../src/core/pivots.ts";
import { createBrowserEngine } from "../src/engine/browser-engine.ts";
import type { BackendKind } from "../src/engine/contract.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../src/scenes/draw/draw-scene.ts";
import { parseScene } from "../src/scenes/scene-json.ts";
import { measureEngine } from "./measure-engine.ts";

export async function benchModel(backend: BackendKind, samples: number) {
  const folder = new URL("/models/scenes/", location.href).href;
  const evaluation = await (await fetch(`${folder}evaluation.json`)).json();
  const { scene, question } = evaluation.samples[0];
  const picture = drawScene(parseScene(scene, "scene"), MODEL_PICTURE_SIZE);
  return measureEngine(
    createBrowserEngine(),
    { source: { kind: "address", name: "scenes", url: folder }, backend },
    { picture, question },
    { batchSize: 2, sampleLimit: samples, pivots: { ...defaultPivotParameters(), window: 2 } },
  );
}
