/** Even widths: every layer of a tower keeps as many groups and as many neurons as the others (project decision). */
import { type ModuleKind, TOWERS, type Tower, type UnitLayout } from "../unit.ts";
import { widthAbove, widthBelow } from "./tiles.ts";

/** The attention or the MLPs of all layers of a tower. */
interface Family {
  /** Places in the layout of the modules that have units. */
  readonly places: readonly number[];
  /** Units of the narrowest of them: more than that not all can have. */
  readonly units: number;
  /** Parameters of one unit in each of them. */
  readonly step: number;
  /** Fewest units that each keeps. */
  readonly least: number;
}

interface EvenTower {
  readonly attention: Family;
  readonly neurons: Family;
}

/** What a tower can be: groups and neurons that each of its layers keeps, and what that costs. */
interface EvenWidths {
  readonly tower: EvenTower;
  readonly groups: number;
  readonly neurons: number;
  readonly cost: number;
}

/**
 * Prepares the rule: from the units that each module keeps to as many in every layer, in place.
 *
 * A tower keeps about what it kept: attention the mean number of its groups, rounded, and the MLPs as many neurons, in whole
 * tiles, as the rest pays for, or one tile more where the other tower's rounding pays for that. Of what the parameters pay
 * for, that is taken which leaves least of them. Where the fewest units cost more than a tower kept, the other one pays.
 */
export function createEvenRule(layout: UnitLayout, tile: number): (kept: Uint32Array) => void {
  const towers = TOWERS.map(
    (tower): EvenTower => ({
      attention: familyOf(layout, tower, "attn", 1),
      neurons: familyOf(layout, tower, "mlp", tile),
    }),
  );
  return (kept) => {
    const spent = towers.map(({ attention, neurons }) => spentOn(attention, kept) + spentOn(neurons, kept));
    const lacks = towers.map((tower, index) => Math.max(0, leastOf(tower) - (spent[index] ?? 0)));
    const budgets = towers.map((tower, index) => {
      const others = lacks.reduce((sum, lack, other) => (other === index ? sum : sum + lack), 0);
      return Math.max(leastOf(tower), (spent[index] ?? 0) - others);
    });
    const budget = budgets.reduce((sum, one) => sum + one, 0);
    const choices = towers.reduce<readonly (readonly EvenWidths[])[]>(
      (before, tower, index) => {
        const widths = widthsFor(tower, meanOf(tower.attention, kept), budgets[index] ?? 0, tile);
        return before.flatMap((chosen) => widths.map((one) => [...chosen, one]));
      },
      [[]],
    );
    const costOf = (choice: readonly EvenWidths[]) => choice.reduce((sum, { cost }) => sum + cost, 0);
    const [first, ...others] = choices.filter((choice) => costOf(choice) <= budget);
    const best = others.reduce((best, choice) => (costOf(choice) > costOf(best) ? choice : best), first ?? []);
    for (const { tower, groups, neurons } of best) {
      for (const place of tower.attention.places) kept[place] = groups;
      for (const place of tower.neurons.places) kept[place] = neurons;
    }
  };
}

/** The widths on either side of what `budget` pays for, the narrower first, which it does pay for. */
function widthsFor(tower: EvenTower, mean: number, budget: number, tile: number): readonly EvenWidths[] {
  const { attention, neurons } = tower;
  const groups = groupsFor(tower, mean, budget);
  const paid = neurons.step === 0 ? 0 : Math.floor((budget - groups * attention.step) / neurons.step);
  const narrow = widthBelow(paid, neurons.units, tile);
  return [...new Set([narrow, widthAbove(narrow + 1, neurons.units, tile)])].map((width) => {
    return { tower, groups, neurons: width, cost: groups * attention.step + width * neurons.step };
  });
}

function familyOf({ modules }: UnitLayout, tower: Tower, kind: ModuleKind, tile: number): Family {
  const places = [...modules.keys()].filter((place) => {
    const module = modules[place];
    return module?.tower === tower && module.kind === kind && module.unitCount > 0;
  });
  const units = Math.min(...places.map((place) => modules[place]?.unitCount ?? 0));
  if (places.length === 0) return { places, units: 0, step: 0, least: 0 };
  const step = places.reduce((cost, place) => cost + (modules[place]?.unitCost ?? 0), 0);
  return { places, units, step, least: Math.min(tile, units) };
}

/** Groups that each layer keeps, within what the tower may spend: one more where not all can be spent on neurons. */
function groupsFor({ attention, neurons }: EvenTower, mean: number, budget: number): number {
  const { units, step, least } = attention;
  if (units === 0) return 0;
  let groups = Math.max(least, Math.min(units, Math.round(mean)));
  while (groups < units && (groups + 1) * step + neurons.units * neurons.step <= budget) groups += 1;
  while (groups > least && groups * step + neurons.least * neurons.step > budget) groups -= 1;
  return groups;
}

function leastOf({ attention, neurons }: EvenTower): number {
  return attention.least * attention.step + neurons.least * neurons.step;
}

function meanOf({ places }: Family, kept: Uint32Array): number {
  return places.reduce((sum, place) => sum + (kept[place] ?? 0), 0) / (places.length || 1);
}

/** Parameters of the units that are kept; all units of a family cost the same. */
function spentOn(family: Family, kept: Uint32Array): number {
  return Math.round(meanOf(family, kept) * family.step);
}
