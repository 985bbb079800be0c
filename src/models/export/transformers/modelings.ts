/** What each architecture's folder brings along for transformers; a further one is a line here. */
import type { JsonObject } from "../../../core/json/schemas.ts";
import { ownModeling as idefics3 } from "../../architectures/idefics3/transformers.ts";
import { ownModeling as llama } from "../../architectures/llama/transformers.ts";
import type { ModelConfig } from "../../architectures/registry.ts";
import type { OwnModeling } from "./own-modeling.ts";

const MODELINGS: Readonly<Record<ModelConfig["architecture"], (config: JsonObject) => OwnModeling>> = {
  idefics3,
  llama,
};

/** @param found the original's config.json. */
export function modelingOf({ architecture }: ModelConfig, found: JsonObject): OwnModeling {
  return MODELINGS[architecture](found);
}
