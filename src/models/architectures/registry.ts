/** The architectures that are built in: a further one is a folder beside theirs and an entry here. */

import * as v from "valibot";
import { invariant, PivotscopeError } from "../../core/errors.ts";
import { readJson, readJsonText } from "../../core/json/read.ts";
import { anyObject, type JsonObject, object, oneOf, text } from "../../core/json/schemas.ts";
import { describeValue, showValue } from "../../core/json/show.ts";
import { onDemand } from "../../core/on-demand.ts";
import type { Architecture, ArchitectureConfig } from "./architecture.ts";
import { idefics3 } from "./idefics3/index.ts";
import { llama } from "./llama/index.ts";
import { refuseQuantised } from "./quantised.ts";
import { CONFIG, CONFIG_FILE } from "./shared/config-fields.ts";

/** What tells an architecture from others, and people what it is. */
type Facts = Pick<Architecture<ArchitectureConfig>, "name" | "title" | "modelTypes" | "classNames">;

/** What the first screen opens, and what the bundled model's parts are shared with. */
const BUILT_IN = [idefics3, llama] as const;

/** The others come with the first checkpoint of theirs; what is said of each here is what its object says. */
const LATER = [
  {
    name: "gemma3",
    title: "Gemma 3",
    modelTypes: ["gemma3"],
    classNames: ["Gemma3ForConditionalGeneration"],
    load: onDemand(() => import("./gemma3/index.ts")),
    pick: ({ gemma3 }: typeof import("./gemma3/index.ts")) => gemma3,
  },
  {
    name: "mllama",
    title: "Llama 3.2 Vision",
    modelTypes: ["mllama"],
    classNames: ["MllamaForConditionalGeneration"],
    load: onDemand(() => import("./mllama/index.ts")),
    pick: ({ mllama }: typeof import("./mllama/index.ts")) => mllama,
  },
  {
    name: "qwen2-vl",
    title: "Qwen2-VL and Qwen2.5-VL",
    modelTypes: ["qwen2_vl", "qwen2_5_vl"],
    classNames: ["Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration"],
    load: onDemand(() => import("./qwen2-vl/index.ts")),
    pick: ({ qwen2Vl }: typeof import("./qwen2-vl/index.ts")) => qwen2Vl,
  },
  {
    name: "qwen3-vl",
    title: "Qwen3-VL",
    modelTypes: ["qwen3_vl"],
    classNames: ["Qwen3VLForConditionalGeneration"],
    load: onDemand(() => import("./qwen3-vl/index.ts")),
    pick: ({ qwen3Vl }: typeof import("./qwen3-vl/index.ts")) => qwen3Vl,
  },
  {
    name: "qwen2",
    title: "Qwen2 and Qwen2.5 without a vision tower",
    modelTypes: ["qwen2"],
    classNames: ["Qwen2ForCausalLM"],
    load: onDemand(() => import("./qwen2/index.ts")),
    pick: ({ qwen2 }: typeof import("./qwen2/index.ts")) => qwen2,
  },
  {
    name: "qwen3",
    title: "Qwen3 without a vision tower",
    modelTypes: ["qwen3"],
    classNames: ["Qwen3ForCausalLM"],
    load: onDemand(() => import("./qwen3/index.ts")),
    pick: ({ qwen3 }: typeof import("./qwen3/index.ts")) => qwen3,
  },
  {
    name: "gemma3-text",
    title: "Gemma 3 without a vision tower",
    modelTypes: ["gemma3_text"],
    classNames: ["Gemma3ForCausalLM"],
    load: onDemand(() => import("./gemma3-text/index.ts")),
    pick: ({ gemma3Text }: typeof import("./gemma3-text/index.ts")) => gemma3Text,
  },
] as const;

/** config.json as data: what the architecture named in it makes of it. */
export type ModelConfig =
  | ReturnType<(typeof BUILT_IN)[number]["parseConfig"]>
  | ReturnType<ReturnType<(typeof LATER)[number]["pick"]>["parseConfig"]>;

type AnyArchitecture = Architecture<ModelConfig>;

const ALL: readonly Facts[] = [...BUILT_IN, ...LATER];

/** Those that are here, by name. Every config comes from the architecture that it names, so that this one takes it. */
const loaded = new Map(BUILT_IN.map((one) => [one.name as string, one as unknown as AnyArchitecture]));

async function loadOne(name: string): Promise<void> {
  const later = LATER.find((one) => one.name === name);
  if (!later || loaded.has(name)) return;
  const pick = later.pick as (module: unknown) => unknown;
  loaded.set(name, pick(await later.load()) as AnyArchitecture);
}

/** Loads all that there are, for programs that have them at hand. */
export async function loadEveryArchitecture(): Promise<void> {
  await Promise.all(LATER.map(({ name }) => loadOne(name)));
}

/** The architecture that `config` describes a model of. */
export function architectureOf({ architecture }: ModelConfig): AnyArchitecture {
  const found = loaded.get(architecture);
  invariant(found, `The architecture ${architecture} was not loaded.`);
  return found;
}

/**
 * Parses the text of config.json, and loads what it takes to open the model.
 *
 * @throws PivotscopeError as `parseModelConfig`, and `network` where a part of the program cannot be fetched.
 */
export async function openModelConfig(json: string): Promise<ModelConfig> {
  const config = readJsonText(anyObject, json, CONFIG);
  await loadOne(ALL.find((facts) => describes(config, facts))?.name ?? "");
  return parseModelConfig(json);
}

/**
 * Parses the text of config.json where what it names is loaded, see `openModelConfig`.
 *
 * @throws PivotscopeError `bad-checkpoint` for a field of the wrong type or fields that contradict each other;
 *   `unsupported` for an architecture or a variant whose forward pass we do not have, naming found and supported.
 */
export function parseModelConfig(json: string): ModelConfig {
  const config = readJsonText(anyObject, json, CONFIG);
  const found = ALL.find((facts) => describes(config, facts));
  if (found) {
    refuseQuantised(config);
    readJson(madeHere, config, CONFIG);
    const architecture = loaded.get(found.name);
    invariant(architecture, `The architecture ${found.name} was not loaded.`);
    return architecture.parseConfig(config);
  }
  const supported = ALL.map(({ modelTypes, classNames }) => `${modelTypes.join(" and ")} (${classNames.join(", ")})`);
  throw new PivotscopeError(
    "unsupported",
    `${CONFIG_FILE}: model_type is ${describeValue(config.model_type)}, architectures is ` +
      `${showValue(config.architectures ?? null)}; supported are ${supported.join(", ")}.`,
    `Open a checkpoint of one of these: ${ALL.map(({ title }) => title).join(", ")}.`,
  );
}

/** Whether what is said here of each architecture is what it says of itself. Tests only. */
export function factsOfAll(): readonly (readonly [stated: Facts, own: Facts | undefined])[] {
  return ALL.map((facts) => [facts, loaded.get(facts.name)]);
}

/** Version of what this program writes about models that it made smaller. */
export const SLICED_VERSION = 1;

const madeHere = object({ pivotscope: v.nullish(object({ version: oneOf([SLICED_VERSION]) })) });

const typeSchema = object({ model_type: v.nullish(text) });

/** Whether config.json is one of `architecture`: by its model_type, or by its first class where it has none. */
function describes(config: JsonObject, { modelTypes, classNames }: Facts): boolean {
  const { model_type: type } = readJson(typeSchema, config, CONFIG);
  if ((type ?? null) !== null) return modelTypes.some((name) => name === type);
  const classes = config.architectures;
  const first: unknown = Array.isArray(classes) ? classes[0] : undefined;
  return classNames.some((name) => name === first);
}
