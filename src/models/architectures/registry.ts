/** The architectures that are built in: a further one is a folder beside theirs and a line here. */

import * as v from "valibot";
import { PivotscopeError } from "../../core/errors.ts";
import { readJson, readJsonText } from "../../core/json/read.ts";
import { anyObject, type JsonObject, object, oneOf, text } from "../../core/json/schemas.ts";
import { describeValue, showValue } from "../../core/json/show.ts";
import type { Architecture } from "./architecture.ts";
import { gemma3 } from "./gemma3/index.ts";
import { gemma3Text } from "./gemma3-text/index.ts";
import { idefics3 } from "./idefics3/index.ts";
import { llama } from "./llama/index.ts";
import { mllama } from "./mllama/index.ts";
import { refuseQuantised } from "./quantised.ts";
import { qwen2 } from "./qwen2/index.ts";
import { qwen2Vl } from "./qwen2-vl/index.ts";
import { qwen3 } from "./qwen3/index.ts";
import { qwen3Vl } from "./qwen3-vl/index.ts";

import { CONFIG, CONFIG_FILE } from "./shared/config-fields.ts";

const ARCHITECTURES = [idefics3, llama, gemma3, mllama, qwen2Vl, qwen3Vl, qwen2, qwen3, gemma3Text] as const;

/** config.json as data: what the architecture named in it makes of it. */
export type ModelConfig = ReturnType<(typeof ARCHITECTURES)[number]["parseConfig"]>;

/** The architecture that `config` describes a model of. */
export function architectureOf(config: ModelConfig): Architecture<ModelConfig> {
  const found = ARCHITECTURES.find(({ name }) => name === config.architecture);
  // Every config comes from the architecture that it names, so that this one takes it.
  return found as unknown as Architecture<ModelConfig>;
}

/**
 * Parses the text of config.json.
 *
 * @throws PivotscopeError `bad-checkpoint` for a field of the wrong type or fields that contradict each other;
 *   `unsupported` for an architecture or a variant whose forward pass we do not have, naming found and supported.
 */
export function parseModelConfig(json: string): ModelConfig {
  const config = readJsonText(anyObject, json, CONFIG);
  const found = ARCHITECTURES.find((architecture) => describes(config, architecture));
  if (found) {
    refuseQuantised(config);
    readJson(madeHere, config, CONFIG);
    return found.parseConfig(config);
  }
  const supported = ARCHITECTURES.map(
    ({ modelTypes, classNames }) => `${modelTypes.join(" and ")} (${classNames.join(", ")})`,
  );
  throw new PivotscopeError(
    "unsupported",
    `${CONFIG_FILE}: model_type is ${describeValue(config.model_type)}, architectures is ` +
      `${showValue(config.architectures ?? null)}; supported are ${supported.join(", ")}.`,
    `Open a checkpoint of one of these: ${ARCHITECTURES.map(({ title }) => title).join(", ")}.`,
  );
}

/** Version of what this program writes about models that it made smaller. */
export const SLICED_VERSION = 1;

const madeHere = object({ pivotscope: v.nullish(object({ version: oneOf([SLICED_VERSION]) })) });

const typeSchema = object({ model_type: v.nullish(text) });

/** Whether config.json is one of `architecture`: by its model_type, or by its first class where it has none. */
function describes(config: JsonObject, { modelTypes, classNames }: (typeof ARCHITECTURES)[number]): boolean {
  const { model_type: type } = readJson(typeSchema, config, CONFIG);
  if ((type ?? null) !== null) return modelTypes.some((name) => name === type);
  const classes = config.architectures;
  const first: unknown = Array.isArray(classes) ? classes[0] : undefined;
  return classNames.some((name) => name === first);
}
