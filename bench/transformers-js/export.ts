/** Writes a checkpoint folder in the layout that transformers.js loads: three ONNX files in single precision. */
import { createWriteStream } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openNodeSession } from "../../src/engine/node-engine.ts";
import { serialiseGraph } from "../../src/graph/serialise.ts";
import { halfRotaryTables } from "../../src/models/architectures/shared/rope.ts";
import type { Feeds, Tensor } from "../../src/runtime/backend.ts";
import { decoder, embedTokens, visionEncoder, type WeightData, withWeights } from "./graphs.ts";

/** Small files that transformers.js reads beside the graphs. */
const FILES = ["config.json", "generation_config.json"];

/** @param folder checkpoint folder. @param target folder that is written. */
export async function exportCheckpoint(folder: string, target: string): Promise<void> {
  const session = await openNodeSession(folder);
  try {
    const { model, checkpoint } = session;
    const { text, vision } = model.definition;
    if (!vision || checkpoint.config.architecture !== "idefics3") throw new Error("Only SmolVLM's layout is written.");
    await mkdir(join(target, "onnx"), { recursive: true });

    const weights = new Map<string, { data: Float32Array; dims: readonly number[] }>();
    const read = async (feeds: Feeds, suffix = "") => {
      for (const [name, tensor] of Object.entries(feeds) as [string, Tensor][]) {
        weights.set(`${name}${suffix}`, { data: await model.backend.read(tensor), dims: tensor.dims });
      }
    };
    const write = async (name: string, graph: Parameters<typeof withWeights>[0], data: WeightData) => {
      const stream = createWriteStream(join(target, "onnx", `${name}.onnx`));
      await new Promise<void>((resolve, reject) => {
        stream.on("error", reject);
        stream.end(serialiseGraph(withWeights(graph, data)), resolve);
      });
    };
    await read(model.outerFeeds);
    await write("embed_tokens", embedTokens(text), weights);
    for (const layer of vision.layers.keys()) await read(model.layerFeeds("vision", layer), `.${layer}`);
    await write("vision_encoder", visionEncoder(vision, checkpoint.config.vision), weights);

    for (const layer of text.layers.keys()) await read(model.layerFeeds("text", layer), `.${layer}`);
    const { cosine, sine } = halfRotaryTables(text.positions.plan, text.maximumTokens);
    const dims = [text.maximumTokens, text.headSize / 2];
    weights.set("rope_cosine", { data: cosine, dims });
    weights.set("rope_sine", { data: sine, dims });
    await write("decoder_model_merged", decoder(checkpoint.config.text, text), weights);
  } finally {
    await session.dispose();
  }
  for (const file of FILES) await cp(join(folder, file), join(target, file));
}
