/**
 * Widths of single layers, as transformers names them: `per_layer_config` maps a layer's number to the fields in which it
 * differs from all others, `{"0": {"intermediate_size": 96, "num_key_value_heads": 1, "num_attention_heads": 3}}`.
 */
import * as v from "valibot";
import { integer, mapOf, objectOnly } from "../../../core/json/schemas.ts";
import type { LayerWidths } from "../definition.ts";
import { contradiction, LARGEST } from "./config-fields.ts";

const count = v.nullish(integer(1, LARGEST.mlpWidth));

type Differences = ReadonlyMap<string, Readonly<Record<string, number | null | undefined>>>;

/** The field, for layers whose attention is counted in `heads`. Another field would be a variant that we do not have. */
export function perLayer(heads: readonly string[]) {
  const fields = Object.fromEntries(["intermediate_size", ...heads].map((name) => [name, count]));
  return v.nullish(mapOf(objectOnly(fields)));
}

/**
 * @param dense what layers have that are not named.
 * @param perUnit heads of each kind that a unit of attention has, by the field that counts them.
 * @returns nothing where no layer differs.
 * @throws PivotscopeError `bad-checkpoint` for a layer that there is not, more units than a dense layer has, and heads that
 *   make no whole units or contradict each other.
 */
export function layerWidths(
  differences: Differences | null | undefined,
  { layers, ...dense }: LayerWidths & { readonly layers: number },
  perUnit: Readonly<Record<string, number>>,
): { readonly widths?: readonly LayerWidths[] } {
  if (!differences?.size) return {};
  const widths = Array.from({ length: layers }, () => dense);
  for (const [name, { intermediate_size: mlpUnits, ...heads }] of differences) {
    const layer = Number(name);
    const place = `per_layer_config.${name}`;
    if (!/^\d+$/.test(name) || layer >= layers) throw contradiction(`${place}: there are layers 0 to ${layers - 1}`);
    const units = Object.entries(heads).flatMap(([field, found]) => (found ? [found / (perUnit[field] ?? 1)] : []));
    const attentionUnits = units[0] ?? dense.attentionUnits;
    if (!Number.isInteger(attentionUnits) || units.some((other) => other !== attentionUnits)) {
      throw contradiction(`${place}: its heads are no whole groups of ${JSON.stringify(perUnit)}`);
    }
    const own = { attentionUnits, mlpUnits: mlpUnits ?? dense.mlpUnits };
    if (own.attentionUnits > dense.attentionUnits || own.mlpUnits > dense.mlpUnits) {
      throw contradiction(`${place}: is wider than the model`);
    }
    widths[layer] = own;
  }
  return { widths };
}
