/** Units of each module from best to worst. */
import type { UnitLayout } from "../unit.ts";
import { createModuleRanking } from "./module-ranking.ts";
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
    const first = offsets[module] ?? 0;
    sort(order, sorted, first, first + units);
  }
  return order;
}

/** The same for scores that change with every ratio and are not negative; overwrites and returns one array. */
export function createModuleSorter(layout: UnitLayout): (scores: Float64Array) => Uint32Array {
  const ranking = createModuleRanking(layout, new Float64Array(layout.modules.length).fill(1));
  const order = new Uint32Array(layout.unitCount);
  return (scores) => {
    ranking.rank(scores);
    ranking.order(order);
    return order;
  };
}
