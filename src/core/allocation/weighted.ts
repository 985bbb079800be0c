/**
 * FLAP's AL-AM (arXiv 2312.11983, code CASIA-IVA-Lab/FLAP): units of all layers compared by standardised scores under a
 * budget that counts attention units as several neurons.
 *
 * Project decisions: each tower is a search of its own at the same ratio, since FLAP knows one stack of equal layers and
 * its weights count in neurons of that stack; ratio 0 keeps everything, where the code's rule would take the last unit.
 */
import { type Ratio, TOWERS_AS_READ, type Tower, type UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";
import { createKeptUnits } from "./kept-units.ts";
import { createPairSort } from "./stable-sort.ts";

/** A tower's units from best to worst. */
interface RankedTower {
  readonly order: Uint32Array;
  /** `cumulative[i]` is the weight of the units up to and including place i; all whole numbers. */
  readonly cumulative: Float64Array;
}

/**
 * What an attention unit weighs, in neurons: its cost over a neuron's, rounded down as FLAP's integers do (512/3 becomes
 * 170), at least 1. FLAP's 4·h/3 for multi-head attention becomes (2+2·rep)·h/3 under grouped queries.
 */
export function attentionWeight(attentionCost: number, neuronCost: number): number {
  return Math.max(1, Math.trunc(attentionCost / neuronCost));
}

/**
 * Prepares AL-AM. Of each tower the units with a score strictly above the threshold stay; the threshold is the score at
 * the place where the cumulative weight comes closest (the first such place) to (1−S) of the whole.
 * @param scores standardised, finite, one per unit.
 * @param values what the result gives as v(u).
 */
export function createWeightedAllocator(
  layout: UnitLayout,
  scores: Float64Array,
  values: Float64Array,
): (ratio: Ratio) => Allocation {
  const towers = TOWERS_AS_READ.map((tower) => rankTower(layout, tower, scores));
  const kept = createKeptUnits(layout);
  return (ratio) => {
    kept.keep.fill(ratio === 0 ? 1 : 0);
    if (ratio > 0) {
      for (const { order, cumulative } of towers) {
        const total = cumulative[cumulative.length - 1] ?? 0;
        let end = closestPlace(cumulative, total * (1 - ratio));
        // Ties with the threshold go with it.
        while (end > 0 && scores[order[end - 1] ?? 0] === scores[order[end] ?? 0]) end -= 1;
        for (let place = 0; place < end; place++) kept.keep[order[place] ?? 0] = 1;
      }
    }
    return kept.result(values);
  };
}

function rankTower(layout: UnitLayout, tower: Tower, scores: Float64Array): RankedTower {
  const { modules, offsets, unitCount } = layout;
  const costOf = (kind: "attn" | "mlp") =>
    modules.find((module) => module.tower === tower && module.kind === kind && module.unitCount > 0)?.unitCost;
  const neuronCost = costOf("mlp");
  const weights = new Float64Array(unitCount);
  modules.forEach((module, index) => {
    if (module.tower !== tower) return;
    const weight = module.kind === "mlp" || neuronCost === undefined ? 1 : attentionWeight(module.unitCost, neuronCost);
    weights.fill(weight, offsets[index], offsets[index + 1]);
  });
  const order = Uint32Array.from({ length: unitCount }, (_, unit) => unit).filter((unit) => (weights[unit] ?? 0) > 0);
  createPairSort()(
    order,
    Float64Array.from(order, (unit) => scores[unit] ?? 0),
    0,
    order.length,
  );
  let sum = 0;
  const cumulative = Float64Array.from(order, (unit) => {
    sum += weights[unit] ?? 0;
    return sum;
  });
  return { order, cumulative };
}

/** The first place whose number is closest to `target`, in an ascending list. */
function closestPlace(ascending: Float64Array, target: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < target) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low === ascending.length) return low - 1;
  return target - (ascending[low - 1] ?? 0) <= (ascending[low] ?? 0) - target ? low - 1 : low;
}
