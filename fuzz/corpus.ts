/** Valid files to damage: the bundled model's own, and small ones of kinds that it has not. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultParameters } from "../src/core/parameters.ts";
import { createPlan, serialisePlan } from "../src/core/plan.ts";
import { removedShare } from "../src/core/removed-share.ts";
import { serialiseStatistics } from "../src/core/statistics-json.ts";
import { createUnitLayout, type UnitLayout } from "../src/core/unit.ts";
import { towerModules } from "../src/models/architectures/definition.ts";
import { serialiseOwnSamples } from "../src/models/own-samples-json.ts";
import { layOutFile } from "../src/models/testing/random-tensors.ts";
import { smolvlmConfig } from "../src/models/testing/smolvlm-config.ts";

const bundled = (name: string) =>
  readFileSync(join(resolve(import.meta.dirname, ".."), "public/models/scenes", name), "utf8");

const odd = (name: string) =>
  new Uint8Array(readFileSync(join(resolve(import.meta.dirname, ".."), "src/models/image/testing/odd", name)));
export const PICTURES = [
  ...["exif-6.png", "animated.png", "420.jpg", "420-progressive.jpg", "restarts-progressive.jpg"],
  ...["exif-6-little-endian.jpg", "cmyk.jpg", "exif-6.webp", "animated.webp", "animated.gif", "interlaced.gif"],
].map(odd);

/** A list of samples cut to its first ones, so that most damage hits something that is read. */
function firstSamples(name: string, count: number): string {
  const file = JSON.parse(bundled(name)) as { samples: unknown[] };
  return JSON.stringify({ samples: file.samples.slice(0, count) });
}

const llama = { model_type: "llama", hidden_size: 32, num_attention_heads: 4, vocab_size: 96, rope_scaling: null };
const newDialect = {
  ...JSON.parse(smolvlmConfig()),
  model_type: "smolvlm",
  pad_token_id: 128002,
  perceiver_config: { model_type: "vllama3" },
};
newDialect.text_config = { ...newDialect.text_config, rope_parameters: { rope_theta: 1e5, rope_type: "default" } };
newDialect.vision_config = { hidden_size: 768, num_attention_heads: 12, image_size: [512, 512], patch_size: 16 };

/** As `slice` writes it. */
const sliced = JSON.parse(bundled("config.json"));
sliced.pivotscope = { version: 1, model: "scenes", method: "flap", ratio: { asked: 0.4, reached: 0.4 } };
sliced.text_config.projection_bias = true;
sliced.text_config.per_layer_config = { "02": { intermediate_size: 72 }, 11: { num_key_value_heads: 1 } };
sliced.vision_config.per_layer_config = { 1: { intermediate_size: 96, num_attention_heads: 3 } };

export const CONFIGS = [
  bundled("config.json"),
  smolvlmConfig(),
  ...[llama, newDialect, sliced].map((config) => JSON.stringify(config)),
];
/** Steps of every kind, on few tokens. */
const steps = {
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "NFC" },
      { type: "Replace", pattern: { Regex: "a{2,}|\\s" }, content: " " },
      { type: "Lowercase" },
    ],
  },
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: { Regex: " ?(\\p{L}+|[^\\s\\p{L}]{1,3}(?!\\S))" },
        behavior: "Isolated",
        invert: false,
      },
      { type: "Split", pattern: { String: "." }, behavior: "MergedWithPrevious", invert: false },
      { type: "Digits", individual_digits: true },
      { type: "FixedLength", length: 7 },
      { type: "ByteLevel", add_prefix_space: true, use_regex: false },
    ],
  },
  added_tokens: [{ id: 900, content: "<image>", special: true, single_word: true, lstrip: true, rstrip: true }],
};
export const TOKENIZERS = [
  bundled("tokenizer.json"),
  JSON.stringify({ ...JSON.parse(bundled("tokenizer.json")), ...steps }),
];
export const TOKENIZER_CONFIGS = [
  bundled("tokenizer_config.json"),
  JSON.stringify({
    bos_token: { content: "<|im_start|>", special: true },
    eos_token: "<end_of_utterance>",
    add_bos_token: false,
    added_tokens_decoder: { 0: { content: "<|endoftext|>", lstrip: false, special: true } },
    additional_special_tokens: ["<image>"],
    chat_template: [{ name: "default", template: "{% for m in messages %}{{ m.content }}{% endfor %}" }],
    model_max_length: 8192,
  }),
];
export const GENERATION_CONFIGS = [
  bundled("generation_config.json"),
  JSON.stringify({ bos_token_id: 0, eos_token_id: [49279, 2], pad_token_id: 2, transformers_version: "4.47.1" }),
];
/** Frames of 8 pixels, which are soon made. */
const edge = { longest_edge: 8 };
const preprocessor = { ...JSON.parse(bundled("preprocessor_config.json")), size: edge, max_image_size: edge };
export const PREPROCESSORS = [
  JSON.stringify(preprocessor),
  JSON.stringify({ ...preprocessor, video_sampling: { fps: 1, max_frames: 64, video_size: { longest_edge: 512 } } }),
];
export const PROCESSORS = [JSON.stringify({ image_processor: preprocessor, image_seq_len: 9 })];
export const TEMPLATES = [
  (JSON.parse(bundled("chat_template.json")) as { chat_template: string }).chat_template,
  "{% set ns = namespace(n=0) %}{% for m in messages %}{% if loop.index0 > 0 and m['role'] != 'user' %}{{ raise_exception('no') }}{% endif %}{% set ns.n = ns.n + 1 %}{{ m.role | upper | trim }}{% endfor %}{{ ns.n }}",
  "{% macro part(p, depth=2) %}{{ p | tojson(indent=2) }}{% if depth %}{{ part(p, depth - 1) }}{% endif %}{% endmacro %}{% for i in range(3) %}{{ part(messages) | replace('a', 'bb') | indent(2) }}{% endfor %}",
  "{{ bos_token }}{% for m in messages %}{% for p in m.content | selectattr('type', 'equalto', 'text') %}{{ p['text'][1:-1] ~ m.role.title() }}{% endfor %}{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}",
];
export const CHAT_TEMPLATE_FILES = [
  bundled("chat_template.json"),
  JSON.stringify({
    chat_template: [
      { name: "tool", template: "{{ a }}" },
      { name: "default", template: TEMPLATES[1] },
    ],
  }),
];
export const RECOMMENDATIONS = [bundled("pivotscope.json")];
export const CALIBRATIONS = [
  firstSamples("calibration.json", 2),
  JSON.stringify({ samples: [{ question: "What is this?", image: "pictures/one.png", answer: null }] }),
];
export const EVALUATIONS = [firstSamples("evaluation.json", 2)];
export const TOKEN_SAMPLES = [
  JSON.stringify({
    samples: [
      { pixel_shape: [1, 3, 2, 2], pixel_values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], prompt: [1, 2], trace: [3] },
      { prompt: [5], trace: [6, 7], pivots: [1] },
    ],
  }),
];

export const OWN_SAMPLES = [
  serialiseOwnSamples([
    {
      name: "cat.png",
      picture: { type: "image/png", bytes: Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10) },
      question: "Is it a cat?",
      answer: "yes",
      trace: { text: " It is. Final Answer: yes", ids: [3, 4, 5, 2], weightHash: "0123456789abcdef".repeat(4) },
    },
    { name: "", picture: null, question: "Why?", answer: null, trace: null },
  ]),
];
export const EXPERIMENTS = [
  JSON.stringify({
    version: 1,
    kind: "sweep",
    samplesPerFamily: 5,
    generate: true,
    series: [{ id: "a", label: "one", method: "mucrasp", parameters: defaultParameters() }],
    ratios: [0, 0.4],
  }),
  JSON.stringify({ version: 1, kind: "windows", size: 4, samplesPerFamily: 2, generate: false }),
];

/** Two layers of text with four attention units and three neurons each. */
export const LAYOUT: UnitLayout = createUnitLayout(
  towerModules("text", Array(2).fill({ attentionUnits: 4, mlpUnits: 3 }), { attn: 8, mlp: 6 }),
  1000,
);

function somePlan(meanInputs: boolean): string {
  const keep = Uint8Array.from({ length: LAYOUT.unitCount }, (_, unit) => (unit % 3 === 0 ? 0 : 1));
  const values = Float64Array.from(keep, (_, unit) => unit / 7);
  const origin = {
    model: { name: "scenes", weightHash: "0123456789abcdef".repeat(4) },
    method: "mucrasp",
    parameters: defaultParameters(),
    askedRatio: 0.3,
  };
  const means = meanInputs
    ? { meanInputs: new Float32Array(LAYOUT.unitCount).fill(0.5), inputColumns: Uint32Array.of(4, 3, 4, 3) }
    : {};
  return serialisePlan(
    createPlan(LAYOUT, { keep, values, reachedRatio: removedShare(LAYOUT, keep), ...means }, origin as never),
  );
}
export const PLANS = [somePlan(false), somePlan(true)];

export const STATISTICS = [
  serialiseStatistics(LAYOUT, {
    attributionGlobal: new Float64Array(LAYOUT.unitCount).fill(1),
    attributionPivot: new Float64Array(LAYOUT.unitCount).fill(2),
    cmds: new Float64Array(LAYOUT.modules.length).fill(0.5),
    sens: new Float64Array(LAYOUT.modules.length).fill(0.25),
    samples: 2,
    batches: 1,
    pivotBatches: 1,
    baselines: null,
  } as never),
];

const TENSORS = [
  { name: "model.embed_tokens.weight", shape: [9, 4] },
  { name: "model.layers.0.mlp.up_proj.weight", shape: [5, 4] },
  { name: "model.layers.1.mlp.up_proj.weight", shape: [5, 4] },
  { name: "model.norm.weight", shape: [4] },
  { name: "scalar", shape: [] },
];
/** Header and length of a whole file. */
export const HEADERS = (["BF16", "F32"] as const).map((dtype) => {
  const { header, bytes } = layOutFile(TENSORS, dtype);
  return { header, bytes };
});

export const SHARDS = [TENSORS.slice(0, 2), TENSORS.slice(2)].map((tensors, index) => ({
  path: `model-0000${index + 1}-of-00002.safetensors`,
  names: tensors.map(({ name }) => name),
  ...layOutFile(tensors, "BF16"),
}));
export const INDEXES = [
  JSON.stringify({
    metadata: { total_size: SHARDS.reduce((sum, { bytes, header }) => sum + bytes - header.length, 0) },
    weight_map: Object.fromEntries(SHARDS.flatMap(({ path, names }) => names.map((name) => [name, path]))),
  }),
];
