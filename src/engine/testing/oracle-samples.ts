import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { readSharedJson } from "../../testing/shared.ts";
import { createModel } from "../load/create-model.ts";
import type { PreparedSample } from "../pass/batch.ts";
import type { Model } from "../pass/model.ts";
import { visionOf } from "../pass/towers.ts";
import type { OracleExpectations } from "./oracle-suite.ts";

/**
 * The small Idefics3 of the reference numbers in Node, and three samples of different lengths, so that batches of two have
 * padding within and a short last batch. Give its backend back.
 */
export async function openOracle(
  shared: string,
): Promise<{ readonly model: Model; readonly samples: PreparedSample[] }> {
  const folder = join(shared, "oracles", "idefics3-a");
  const expected = readSharedJson<OracleExpectations>(folder, "expected.json");
  const config = parseModelConfig(await readFile(join(folder, "config.json"), "utf8"));
  const weights = new SafetensorsFile(new Uint8Array(await readFile(join(folder, "model.safetensors"))));
  const model = await createModel(createNodeBackend(), config, weights);
  const samples = expected.samples.slice(0, 3).map((entry, index) => ({
    prompt: entry.prompt,
    trace: entry.trace.slice(0, entry.trace.length - 3 * index),
    pivots: entry.pivots,
    frames: [visionOf(model).frameOf(Float32Array.from(entry.pixel_values))],
  }));
  return { model, samples };
}
