import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { decodePicture } from "../models/image/decode-node.ts";
import { drawScene } from "../scenes/draw/draw-scene.ts";
import { parseScene } from "../scenes/scene-json.ts";
import { scenePicture } from "./scene-picture.ts";
import { projectRoot } from "./shared.ts";

it("shows what is drawn from the bundled evaluation set's first sample", async () => {
  const evaluation = JSON.parse(await readFile(join(projectRoot, "public/models/scenes/evaluation.json"), "utf8"));
  const drawn = drawScene(parseScene(evaluation.samples[0].scene, "scene"), 96);
  const { width, height, pixels } = await decodePicture(new Uint8Array(await readFile(scenePicture)), "scene.png");
  expect({ width, height }).toEqual({ width: 96, height: 96 });
  expect(pixels).toEqual(drawn.pixels);
});
