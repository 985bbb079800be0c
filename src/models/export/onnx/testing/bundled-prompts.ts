/** Plans for the bundled model, and questions about drawn scenes as our engine takes them and as others do. Tests only. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readStatisticsContent, readStatisticsFile } from "../../../../cli/read-statistics.ts";
import { methodNamed } from "../../../../core/methods/index.ts";
import { createPlan, type Plan } from "../../../../core/plan.ts";
import type { Session } from "../../../../engine/session.ts";
import { BUNDLED } from "../../../../engine/testing/small-folders.ts";
import { drawScene } from "../../../../scenes/draw/draw-scene.ts";
import { parseScene } from "../../../../scenes/scene-json.ts";
import { createImageProcessor } from "../../../architectures/idefics3/processor.ts";
import { parseProcessorConfig } from "../../../architectures/idefics3/processor-config.ts";

/** By `method` at `ratio`, from the bundled model's own statistics. */
export async function bundledPlan({ summary }: Session, method: string, ratio: number): Promise<Plan> {
  const { layout } = summary;
  const file = join(BUNDLED, "statistics.safetensors");
  const { statistics, parameters } = readStatisticsFile(await readStatisticsContent(file), file, layout);
  const allocation = methodNamed(method).plan(layout, statistics, parameters, ratio);
  return createPlan(layout, allocation, { model: summary, method, parameters, askedRatio: ratio });
}

/** The first questions of the bundled model's evaluation set, at least one. */
export async function bundledPrompts({ prepareInput, model }: Session, count: number) {
  const { vision } = model.definition;
  if (!vision) throw new Error("The bundled model takes pictures.");
  const { samples } = JSON.parse(await readFile(join(BUNDLED, "evaluation.json"), "utf8"));
  const settings = parseProcessorConfig(
    await readFile(join(BUNDLED, "preprocessor_config.json"), "utf8"),
    vision.imageSize,
  );
  const prompt = async (index: number) => {
    const { scene, question } = samples[index];
    const picture = drawScene(parseScene(scene, "scene"), vision.imageSize);
    const input = await prepareInput({ picture, question });
    const { values } = await createImageProcessor(settings).process(picture);
    return { input, picture, question, ids: input.prompt, pixels: { values, shape: vision.pixelShape } };
  };
  const first = await prompt(0);
  const others = await Promise.all(Array.from({ length: count - 1 }, (_, index) => prompt(index + 1)));
  return [first, ...others] as const;
}
