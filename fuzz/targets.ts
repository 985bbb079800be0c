/** Every parser of files that come from outside. */

import "../src/models/testing/every-architecture.ts";
import type { ErrorCode } from "../src/core/errors.ts";
import { inFile } from "../src/core/errors.ts";
import { parseDescription } from "../src/core/experiments/description.ts";
import { parsePlan } from "../src/core/parse-plan.ts";
import { parseStatistics } from "../src/core/parse-statistics.ts";
import { planPruning } from "../src/core/plan.ts";
import type { Random } from "../src/core/random.ts";
import { defineModel, modelLayout } from "../src/engine/load/create-model.ts";
import { createImageProcessor } from "../src/models/architectures/idefics3/processor.ts";
import { findProcessorConfig } from "../src/models/architectures/idefics3/processor-config.ts";
import { parseModelConfig } from "../src/models/architectures/registry.ts";
import { findChatTemplate } from "../src/models/chat-template.ts";
import { findStopIds } from "../src/models/generation-config.ts";
import { parseModelAddress } from "../src/models/hub/address.ts";
import { findOrientation, withoutExif } from "../src/models/image/orientation.ts";
import { inspectImage, isAnimation } from "../src/models/image/size-guard.ts";
import { parseOwnSamples } from "../src/models/own-samples-json.ts";
import { parseRecommended } from "../src/models/recommended.ts";
import { parseSafetensorsHeader } from "../src/models/safetensors-header.ts";
import { parseSafetensorsIndex } from "../src/models/safetensors-index.ts";
import { parseCalibrationSet, parseEvaluationSet, parseSamples } from "../src/models/samples.ts";
import { createTokenizer } from "../src/models/tokenizer.ts";
import * as corpus from "./corpus.ts";
import { KEPT_TARGETS } from "./kept-targets.ts";
import { mutateBytes, mutateJson, mutateText } from "./mutate.ts";
import { pick, type Target } from "./run-target.ts";

const CHECKPOINT: readonly ErrorCode[] = ["bad-checkpoint", "unsupported"];
const SAMPLES: readonly ErrorCode[] = ["bad-checkpoint", "bad-input"];
const PLAN: readonly ErrorCode[] = ["bad-input", "unsupported", "not-found"];

const JINJA = [
  ..."{% for m in messages %}|{% endfor %}|{{ messages }}|{% set a = [messages, messages] %}|{% set a = [a, a] %}".split(
    "|",
  ),
  ..."{{ a | tojson }}|{% if true %}|{% endif %}|{% macro f(x) %}|{% endmacro %}|{{ f(1) }}|{{ f(f(2)) }}".split("|"),
  ..."range(99999999999)|range(99999)|**|*|~|+|-|%}|{%|}}|{{|{#|#}|[|]|(|)|'|\"|:|,|.|none|1e9|9999999".split("|"),
  ..." | join(messages)| | sort| | list| | indent(9999999)| | replace('', 'xx')| | map(attribute='role')".split("| |"),
];

const fromJson =
  (files: readonly string[]): Target["generate"] =>
  (random, pool) =>
    mutateJson(random, pick(random, files), pool);

/** Bytes as a text of one character each, and back. */
const toText = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const toBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

const MESSAGES = [
  { role: "user" as const, content: [{ type: "image" as const }, { type: "text" as const, text: "Is it a cat?" }] },
];
const NO_TEMPLATE = { chatTemplateJson: null, chatTemplateJinja: null, tokenizerConfig: null };
const TEXTS = ["Step 1: I observe a cat.", "<image> 12é\u0000😀", ""];

function tryTokenizer(json: string, config: string | null): void {
  const tokenizer = createTokenizer(json, config);
  for (const text of TEXTS) {
    try {
      tokenizer.tokenTexts(tokenizer.encode(text));
    } catch (error) {
      // What a person typed may have no token; that error is about the text.
      if ((error as { code?: unknown }).code !== "bad-input") throw error;
    }
  }
  tokenizer.decode([0, 1, 2, 639, 640, 2 ** 31]);
}

/** The file's length stands behind the header's bytes, in decimal digits. */
function readHeader(input: string): void {
  const cut = input.lastIndexOf("#");
  const size = input.slice(cut + 1);
  parseSafetensorsHeader(toBytes(input.slice(0, cut)), size === "null" ? null : Number(size), "model.safetensors");
}

/** All that is read of a picture before it goes to a decoder. */
function readPicture(input: string): void {
  const bytes = toBytes(input);
  isAnimation(bytes);
  const { format } = inspectImage(bytes, "picture.img");
  findOrientation(bytes, format);
  withoutExif(bytes, format);
}

/** Pieces of regular expressions, and such as never end in other engines. */
const PATTERNS = [
  ..."\\p{L}|\\p{N}+|\\s|\\S|(?i:|(?!|(?<=|(a+)+$|(a|aa)*b|(|)|[|]|[^|{2,}|{0,99999}|{9}|*|+|?|$|^|\\b|.|\\u{1F600}|\\x41".split(
    "|",
  ),
  ...["(?:a*)*", "(x+x+)+y", "|", "a{1000}{1000}", "é", "\\", "\\Q", "(?P<n>a)"],
];

/** The tokenizer with steps of every kind, of which one pattern is another. */
function otherPattern(random: Random): string {
  const json = corpus.TOKENIZERS[1] ?? "";
  const tokenizer = JSON.parse(json) as {
    normalizer: { normalizers: { pattern?: { Regex?: string } }[] };
    pre_tokenizer: { pretokenizers: { pattern?: { Regex?: string } }[] };
  };
  const steps = [...tokenizer.normalizer.normalizers, ...tokenizer.pre_tokenizer.pretokenizers];
  const step = pick(
    random,
    steps.filter(({ pattern }) => pattern?.Regex !== undefined),
  );
  if (step.pattern) step.pattern.Regex = mutateText(random, step.pattern.Regex ?? "", PATTERNS);
  return JSON.stringify(tokenizer);
}

export const TARGETS: readonly Target[] = [
  {
    name: "tokenizer-pattern",
    share: 20,
    file: /tokenizer\.json/,
    codes: CHECKPOINT,
    generate: otherPattern,
    parse: (input) => tryTokenizer(input, null),
  },
  ...KEPT_TARGETS,
  {
    name: "picture",
    share: 60,
    file: /picture\.img/,
    codes: ["bad-input", "unsupported"],
    generate: (random) => toText(mutateBytes(random, pick(random, corpus.PICTURES))),
    parse: readPicture,
  },
  {
    name: "safetensors-header",
    share: 160,
    file: /model\.safetensors/,
    codes: CHECKPOINT,
    generate(random, pool) {
      const { header, bytes } = pick(random, corpus.HEADERS);
      const length = pick(random, [bytes, bytes, bytes, bytes + random.integer(9) - 4, 0, 2 ** 53, null]);
      if (random.integer(2) === 0) return `${toText(mutateBytes(random, header))}#${length}`;
      const json = mutateJson(random, new TextDecoder().decode(header.subarray(8)), pool);
      const text = new TextEncoder().encode(json);
      const whole = new Uint8Array(8 + text.length);
      const claimed = text.length + (random.integer(8) === 0 ? random.integer(64) : 0);
      new DataView(whole.buffer).setBigUint64(0, BigInt(claimed), true);
      whole.set(text, 8);
      return `${toText(whole)}#${length === bytes ? bytes - header.length + whole.length : length}`;
    },
    parse: readHeader,
  },
  {
    name: "safetensors-index",
    share: 80,
    file: /model\.safetensors\.index\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.INDEXES),
    parse: (input) => void parseSafetensorsIndex(input, "model.safetensors.index.json"),
  },
  {
    name: "config",
    share: 160,
    file: /config\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.CONFIGS),
    parse: (input) => {
      modelLayout(defineModel(parseModelConfig(input)));
    },
  },
  {
    name: "tokenizer",
    share: 40,
    file: /tokenizer\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.TOKENIZERS),
    parse: (input) => tryTokenizer(input, corpus.TOKENIZER_CONFIGS[0] ?? null),
  },
  {
    name: "tokenizer-config",
    share: 12,
    file: /tokenizer(_config)?\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.TOKENIZER_CONFIGS),
    parse(input) {
      tryTokenizer(corpus.TOKENIZERS[0] ?? "", input);
      findChatTemplate({ ...NO_TEMPLATE, tokenizerConfig: input })?.render(MESSAGES);
    },
  },
  {
    name: "generation-config",
    share: 40,
    file: /generation_config\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.GENERATION_CONFIGS),
    parse: (input) => {
      findStopIds({ generationConfig: input, modelConfig: corpus.CONFIGS[0] ?? "", specialTokens: new Map() });
    },
  },
  {
    name: "stop-ids-of-config",
    share: 10,
    file: /config\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.CONFIGS),
    parse: (input) => {
      findStopIds({ generationConfig: null, modelConfig: input, specialTokens: new Map() });
    },
  },
  {
    name: "preprocessor-config",
    share: 60,
    file: /preprocessor_config\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.PREPROCESSORS),
    parse: (input) => tryProcessor(input, null),
  },
  {
    name: "processor-config",
    share: 20,
    file: /processor_config\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.PROCESSORS),
    parse: (input) => tryProcessor(null, input),
  },
  {
    name: "chat-template",
    share: 100,
    file: /chat_template\.jinja/,
    codes: CHECKPOINT,
    generate: (random) => mutateText(random, pick(random, corpus.TEMPLATES), JINJA),
    parse: (input) => {
      findChatTemplate({ ...NO_TEMPLATE, chatTemplateJinja: input })?.render(MESSAGES);
    },
  },
  {
    name: "chat-template-json",
    share: 20,
    file: /chat_template\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.CHAT_TEMPLATE_FILES),
    parse: (input) => {
      findChatTemplate({ ...NO_TEMPLATE, chatTemplateJson: input })?.render(MESSAGES);
    },
  },
  {
    name: "plan",
    share: 80,
    file: /plan\.json/,
    codes: PLAN,
    generate: fromJson(corpus.PLANS),
    parse: (input) => {
      inFile("plan.json", () => planPruning(parsePlan(input), corpus.LAYOUT));
    },
  },
  {
    name: "statistics",
    share: 40,
    file: /statistics\.json/,
    codes: PLAN,
    generate: fromJson(corpus.STATISTICS),
    parse: (input) => {
      inFile("statistics.json", () => parseStatistics(input, corpus.LAYOUT));
    },
  },
  {
    name: "calibration",
    share: 50,
    file: /calibration\.json/,
    codes: SAMPLES,
    generate: fromJson(corpus.CALIBRATIONS),
    parse: (input) => {
      parseCalibrationSet(input);
    },
  },
  {
    name: "evaluation",
    share: 30,
    file: /evaluation\.json/,
    codes: SAMPLES,
    generate: fromJson(corpus.EVALUATIONS),
    parse: (input) => {
      parseEvaluationSet(input);
    },
  },
  {
    name: "token-samples",
    share: 30,
    file: /samples\.json/,
    codes: SAMPLES,
    generate: fromJson(corpus.TOKEN_SAMPLES),
    parse: (input) => {
      parseSamples(input, "samples.json");
    },
  },
  {
    name: "own-samples",
    share: 40,
    file: /own\.json/,
    codes: ["bad-input", "unsupported"],
    generate: fromJson(corpus.OWN_SAMPLES),
    parse: (input) => {
      parseOwnSamples(input, "own.json");
    },
  },
  {
    name: "experiment",
    share: 20,
    file: /experiment\.json/,
    codes: PLAN,
    generate: fromJson(corpus.EXPERIMENTS),
    parse: (input) => {
      inFile("experiment.json", () => parseDescription(input));
    },
  },
  {
    name: "recommendations",
    share: 20,
    file: /pivotscope\.json/,
    codes: CHECKPOINT,
    generate: fromJson(corpus.RECOMMENDATIONS),
    parse: (input) => {
      parseRecommended(input);
    },
  },
  {
    name: "model-address",
    share: 10,
    file: /./,
    codes: ["bad-input", "unsupported"],
    generate: (random) =>
      mutateText(
        random,
        pick(random, [
          "HuggingFaceTB/SmolVLM-256M-Instruct",
          "https://huggingface.co/a/b/tree/main",
          "http://localhost:1/m",
        ]),
        ["/", "..", "@", ":", "?", "#", "%00", "https://", "javascript:", "\\", "tree/", "resolve/"],
      ),
    parse: (input) => {
      parseModelAddress(input);
    },
  },
];

const FRAME = 8;
/** Frames are made only of pictures that stay small: the resizing itself is bounded by the processor. */
const PICTURE = { width: 3, height: 2, pixels: new Uint8ClampedArray(24).fill(128) };

function tryProcessor(preprocessor: string | null, processor: string | null): void {
  const config = findProcessorConfig(preprocessor, processor, FRAME);
  if (config !== null && config.longestEdge <= FRAME) createImageProcessor(config).process(PICTURE);
}
