/** What transformers.js looks for is there, wherever the checkpoint had it. */
import { expect, it } from "vitest";
import { parseModelConfig } from "../../architectures/registry.ts";
import { createFilesFolder } from "../../files-folder.ts";
import { settingsFiles } from "./settings-files.ts";

const TEXT = {
  vocab_size: 64,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 128,
};
const SEEING = {
  architectures: ["Idefics3ForConditionalGeneration"],
  image_token_id: 7,
  scale_factor: 2,
  text_config: TEXT,
  vision_config: { hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, image_size: 32, patch_size: 8 },
  "transformers.js_config": { kv_cache_dtype: { fp16: "float16" }, use_external_data_format: true },
};

/** The written files of a checkpoint of these, by name. */
async function write(
  files: Readonly<Record<string, unknown>>,
  dataFiles: Readonly<Record<string, number>> = {},
): Promise<Record<string, string>> {
  const texts = Object.entries(files).map(
    ([path, content]) => [path, typeof content === "string" ? content : JSON.stringify(content)] as const,
  );
  const folder = createFilesFolder("model", new Map(texts.map(([path, text]) => [path, new Blob([text])])));
  const config = parseModelConfig(JSON.stringify(files["config.json"]));
  const written = await settingsFiles({ folder, config, stopIds: [2, 5] }, { dtype: "fp16", dataFiles });
  const decoder = new TextDecoder();
  const read = async (stream: AsyncIterable<Uint8Array>) => {
    let text = "";
    for await (const piece of stream) text += decoder.decode(piece);
    return text;
  };
  return Object.fromEntries(
    await Promise.all(written.map(async ({ path, stream }) => [path, await read(stream())] as const)),
  );
}

it("finds the picture settings where transformers 5 writes them, and the template in a file of its own", async () => {
  const files = await write({
    "config.json": SEEING,
    "tokenizer.json": "{}",
    "tokenizer_config.json": { chat_template: "old", bos_token: "<s>" },
    "chat_template.jinja": "{{ messages }}",
    "processor_config.json": { image_processor: { image_mean: [0.1, 0.2, 0.3] }, image_seq_len: 99 },
  });
  const json = (path: string) => JSON.parse(files[path] ?? "null");
  expect(json("preprocessor_config.json")).toMatchObject({
    image_mean: [0.1, 0.2, 0.3],
    image_processor_type: "Idefics3ImageProcessor",
    processor_class: "Idefics3Processor",
    max_image_size: { longest_edge: 32 },
  });
  // Four patches a side, folded by two.
  expect(json("processor_config.json")).toEqual({ processor_class: "Idefics3Processor", image_seq_len: 4 });
  expect(json("tokenizer_config.json")).toMatchObject({ chat_template: "{{ messages }}", bos_token: "<s>" });
  expect(json("generation_config.json")).toEqual({ eos_token_id: [2, 5] });
});

it("tells what the class is and how it is loaded, and nothing of other ONNX files", async () => {
  const files = await write({ "config.json": SEEING }, { "decoder_model_merged_fp16.onnx": 3 });
  expect(Object.keys(files).sort()).toEqual(["config.json", "generation_config.json"]);
  const config = JSON.parse(files["config.json"] ?? "");
  expect(config.model_type).toBe("idefics3");
  expect(config.text_config).toMatchObject({ model_type: "llama", num_hidden_layers: 2 });
  expect(config["transformers.js_config"]).toEqual({
    dtype: "fp16",
    use_external_data_format: { "decoder_model_merged_fp16.onnx": 3 },
  });
});

it("keeps what a Llama says, and its licence", async () => {
  const files = await write({
    "config.json": { ...TEXT, model_type: "llama", rope_theta: 5 },
    LICENSE: "Do as you like.",
  });
  expect(JSON.parse(files["config.json"] ?? "")).toMatchObject({ model_type: "llama", rope_theta: 5 });
  expect(files.LICENSE).toBe("Do as you like.");
});
