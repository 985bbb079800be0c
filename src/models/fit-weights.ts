/**
 * A checkpoint's weights as its model asks for them. Files of one model differ in how they name tensors and in whether
 * they hold the head's matrix, the embedding's or both; what is done is what transformers 5 does with them
 * (`PreTrainedModel.from_pretrained`, `tie_weights`).
 */
import { architectureOf, type ModelConfig } from "./architectures/registry.ts";
import { uniqueTensors } from "./architectures/weight-slots.ts";
import type { Weights } from "./weights.ts";

export interface FittedWeights {
  /** What the weights hold, which is not always what config.json says of the head. */
  readonly config: ModelConfig;
  readonly weights: Weights;
  /**
   * Where config.json says that the head is the embedding and the file has a matrix for each: the model with one, which
   * is meant where both are equal; else null.
   */
  readonly ifHeadsEqual: ModelConfig | null;
}

/** Part of all tensor names that models with a head have and their bases lack; transformers calls it base_model_prefix. */
const PREFIX = "model.";

/** Fits what `config` asks for to what `weights` holds. Tensors that are not there stay missing. */
export function fitWeights(config: ModelConfig, weights: Weights): FittedWeights {
  const { define, withOwnHead, otherNames } = architectureOf(config);
  const definition = define(config);
  const { ownHead, embeddingWeights } = definition.text;
  const asked = [...uniqueTensors(definition).map(({ tensor }) => tensor), ownHead];
  const names = new Map<string, string>();
  for (const name of asked) {
    const stored = [name, ...(otherNames?.(name) ?? [])]
      .map((own) => storedName(own, weights))
      .find((own) => own !== null);
    if (stored) names.set(name, stored);
  }
  const embedding = embeddingWeights[0]?.tensor ?? "";
  const head = names.get(ownHead);
  const tied = !uniqueTensors(definition).some(({ tensor }) => tensor === ownHead);
  if (tied && head !== undefined && names.has(embedding)) {
    return { config: withOwnHead(config), weights: weights.withNames(names), ifHeadsEqual: config };
  }
  if (tied && head !== undefined) names.set(embedding, head);
  return { config, weights: weights.withNames(names), ifHeadsEqual: null };
}

/** The file's name of the tensor that the model calls `name`, null where it has none. */
function storedName(name: string, weights: Weights): string | null {
  const base = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  return [name, base, PREFIX + name].find((candidate) => weights.has(candidate)) ?? null;
}
