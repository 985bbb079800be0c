/** Quantised checkpoints, told by config.json before their packed tensors make no sense. */
import { PivotscopeError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json/schemas.ts";
import { CONFIG_FILE } from "./shared/config-fields.ts";

/** Where tools say so: transformers and its kin, MLX, compressed-tensors. */
const FIELDS = ["quantization_config", "quantization", "compression_config"];

/** What people are told to do about packed weights, wherever these are found out. */
export const QUANTISED_HINT = "Open the model that it was quantised from, whose weights are BF16, F16 or F32.";

/** @throws PivotscopeError `unsupported` that names the field and the way of quantising. */
export function refuseQuantised(config: JsonObject): void {
  const inner = ["text_config", "vision_config"].flatMap((name) => (isObject(config[name]) ? [config[name]] : []));
  for (const place of [config, ...inner]) {
    const field = FIELDS.find((name) => isObject(place[name]) && Object.keys(place[name]).length > 0);
    if (field === undefined) continue;
    const settings = place[field] as JsonObject;
    const method = settings.quant_method;
    const bits = settings.bits;
    const found = typeof method === "string" ? `${field}.quant_method is ${JSON.stringify(method)}` : `${field} is set`;
    const packed = typeof bits === "number" ? `packed in ${bits} bits` : "packed in fewer bits";
    throw new PivotscopeError(
      "unsupported",
      `${CONFIG_FILE}: ${found}: the weights are ${packed}, which is not read here.`,
      QUANTISED_HINT,
    );
  }
}

function isObject(found: unknown): found is JsonObject {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}
