/** Names of exports, and what is read of an original's model card. */
import { expect, it } from "vitest";
import { architectureOf, parseModelConfig } from "../architectures/registry.ts";
import { folderOf } from "../testing/write-safetensors.ts";
import type { ExportSource } from "./contract.ts";
import { readModelCard } from "./model-card.ts";
import { exportName } from "./names.ts";
import { readmeFile } from "./readme.ts";
import type { SlicedWeights } from "./sliced-weights.ts";

const plan = (method: string, asked: number) => ({ method, ratio: { asked, reached: 0.4 } });

it.each([
  ["scenes", plan("mucrasp", 0.4), "scenes-mucrasp-40pct"],
  ["HuggingFaceTB/SmolVLM-256M-Instruct", plan("llm-pruner", 0.375), "SmolVLM-256M-Instruct-llm-pruner-37.5pct"],
  ["my model (2)", plan("flap", 1 / 3), "my-model-2--flap-33.3pct"],
  ["../..", plan("flap", 0), "model-flap-0pct"],
  ["", plan("flap", 1), "model-flap-100pct"],
])("names an export of %j by model, method and ratio", (model, of, name) => {
  expect(exportName(of, model)).toBe(name);
});

it("reads licence and language of a card, and nothing else of it", () => {
  const card =
    "---\nlibrary_name: transformers\nlicense: other\nlicense_name: small-licence\nlanguage: en\n---\n# license: none\n";
  expect(readModelCard(card)).toEqual({
    lines: ["license: other", "license_name: small-licence", "language: en"],
    licence: "small-licence",
  });
  expect(readModelCard("---\r\nlicense: apache-2.0\r\n---\r\n").licence).toBe("apache-2.0");
});

it.each([null, "", "# No front matter\nlicense: mit\n", "---\nlicense:\n---\n", "---\nlicense: mit\n"])(
  "finds no licence in %j",
  (readme) => {
    expect(readModelCard(readme)).toEqual({ lines: [], licence: null });
  },
);

it.each([
  [0, true],
  [1, false],
])("says of compensation what the weights have, with a unit kept as %i", async (kept, told) => {
  const config = parseModelConfig('{"model_type":"llama","num_hidden_layers":1}');
  const meanInputs = new Float32Array(2);
  const source = {
    checkpoint: { name: "tiny", config, folder: folderOf(new Map()) },
    weightHash: "0",
    layout: { totalParameters: 1 },
    plan: { ...plan("flap", 0), meanInputs: {} },
    pruning: { keep: Uint8Array.of(1, kept), meanInputs },
  } as unknown as ExportSource;
  const sliced = { definition: architectureOf(config).define(config), tensors: [] } as unknown as SlicedWeights;
  const { stream } = await readmeFile(source, sliced, { format: "a test", library: null, use: "" });
  let text = "";
  for await (const piece of stream()) text += new TextDecoder().decode(piece);
  expect(text.includes("was added to biases")).toBe(told);
});
