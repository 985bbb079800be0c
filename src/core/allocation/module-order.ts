/** Units of each module from best to worst. */
import type { UnitLayout } from "../unit.ts";
import { createRanking } from "./ranking.ts";
import { createPairSort } from "./stable-sort.ts";

/**
 * Unit indices module after module, inside a module from the highest score to the lowest, equal ones by index.
 * @param scores finite, one per unit; may be negative.
 */
export function sortWithinModules(layout: UnitLayout, scores: Float64Array): Uint32Array {
  const { modules, offsets, unitCount } = layout;
  const order = Uint32Array.from({ length: unitCount }, (_, unit) => unit);
  const sorted = scores.slice();
  const sort = createPairSort();
  for (const [module, { unitCount: units }] of modules.entries()) {
    const [first, end] = [offsets[module], offsets[module + 1]];
    sort(order.subarray(first, end), sorted.subarray(first, end), units);
  }
  return order;
}

/** The same for scores that change with every ratio and are not negative; overwrites and returns one array. */
export function createModuleSorter(layout: UnitLayout): (scores: Float64Array) => Uint32Array {
  const { modules, offsets, unitCount } = layout;
  const ranking = createRanking(unitCount);
  const order = new Uint32Array(unitCount);
  const next = new Uint32Array(modules.length);
  const moduleOf = new Uint32Array(unitCount);
  for (const module of modules.keys()) moduleOf.fill(module, offsets[module], offsets[module + 1]);
  return (scores) => {
    ranking.rank(scores);
    next.set(offsets.subarray(0, modules.length));
    for (let place = 0; place < unitCount; place++) {
      const unit = ranking.order[place] ?? 0;
      const module = moduleOf[unit] ?? 0;
      const position = next[module] ?? 0;
      order[position] = unit;
      next[module] = position + 1;
    }
    return order;
  };
}
