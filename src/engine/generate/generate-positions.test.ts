/** Every way to write tokens writes the same ones where positions depend on the pictures in a prompt. */
import "../../models/testing/every-architecture.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTemporaryFolder } from "../../cli/testing/temporary-folder.ts";
import { createRandom } from "../../core/random.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { uniqueTensors } from "../../models/architectures/weight-slots.ts";
import { writeRandomCheckpoint } from "../../models/testing/random-checkpoint.ts";
import { defineModel } from "../load/create-model.ts";
import { openNodeSession } from "../node-engine.ts";
import type { PreparedInput } from "../pass/batch.ts";
import { visionOf } from "../pass/towers.ts";
import type { Session } from "../session.ts";
import { generateBatch, type WayToWrite } from "./generate.ts";

const CONFIG = {
  model_type: "qwen2_vl",
  image_token_id: 90,
  hidden_size: 96,
  intermediate_size: 64,
  num_hidden_layers: 3,
  num_attention_heads: 6,
  num_key_value_heads: 3,
  vocab_size: 640,
  max_position_embeddings: 128,
  rope_theta: 100,
  rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] },
  vision_config: { depth: 2, embed_dim: 32, hidden_size: 96, mlp_ratio: 2, num_heads: 2, patch_size: 4 },
};

describe("ways to write tokens behind pictures", { timeout: 120_000 }, () => {
  let session: Session;
  const random = createRandom(11);
  const folder = useTemporaryFolder();

  beforeAll(async () => {
    const config = JSON.stringify(CONFIG);
    const tensors = uniqueTensors(defineModel(parseModelConfig(config))).map(({ tensor, shape }) => ({
      name: tensor,
      shape,
    }));
    const path = folder.path("model");
    writeRandomCheckpoint({ folder: path, config, tensors, dtype: "F32" });
    session = await openNodeSession(path);
  }, 60_000);
  afterAll(() => session?.dispose());

  /** A prompt with pictures of the given sides, in pixels. */
  const inputOf = (...sides: readonly (readonly [number, number])[]): PreparedInput => {
    const frames = sides.map(([height, width]) =>
      visionOf(session.model).frameOf(
        Float32Array.from({ length: 3 * height * width }, () => random.next() - 0.5),
        { shape: [3, height, width] },
      ),
    );
    const pictures = frames.flatMap(({ tokens }) => [7, ...Array<number>(tokens).fill(90), 8]);
    return { prompt: [1, ...pictures, 20 + random.integer(600), 5], frames };
  };
  const write = async (way: WayToWrite, inputs: readonly PreparedInput[]) => {
    const samples = inputs.map((input, index) => ({ input, prefix: [], maximumTokens: 9 + 3 * index }));
    const masks = session.denseMasks;
    const generations = await generateBatch(session.model, { samples, masks, stopIds: [], signal: undefined, way });
    return generations.map(({ ids }) => ids);
  };

  it("agree on one picture and on two, alone", async () => {
    expect(session.model.definition.text.generation).not.toBeNull();
    for (const input of [inputOf([8, 40]), inputOf([24, 8], [16, 16])]) {
      expect(await write("fused", [input])).toEqual(await write("layers", [input]));
    }
  });

  it("agree on batches of pictures alike, of others, and of none", async () => {
    for (const inputs of [
      [inputOf([16, 32]), inputOf([16, 32])],
      [inputOf([16, 32]), inputOf([32, 8]), inputOf()],
    ]) {
      expect(await write("fused", inputs)).toEqual(await write("layers", inputs));
      const alone = await Promise.all(inputs.map(async (input) => (await write("layers", [input]))[0]));
      const together = await write("fused", inputs);
      together.forEach((ids, index) => {
        expect(ids.slice(0, 9)).toEqual(alone[index]);
      });
    }
  });
});
