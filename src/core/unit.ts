/**
 * Units, modules and their layout.
 *
 * A unit is the smallest thing that is kept or removed: an MLP neuron, an attention group (one key/value head
 * with its query heads) or a vision attention head. A module is the attention or the MLP of one layer in one tower.
 * Every per-unit quantity in this project is one flat typed array in the order of a `UnitLayout`, so that the
 * slider is arithmetic over a few arrays.
 */
import { invariant } from "./errors.ts";

/** All towers, in the order in which layouts list their modules. */
export const TOWERS = ["text", "vision"] as const;

export type Tower = (typeof TOWERS)[number];

/** All towers in the order in which a picture goes through them, which is how people read them. */
export const TOWERS_AS_READ: readonly Tower[] = [...TOWERS].reverse();
export type ModuleKind = "attn" | "mlp";

/** The key under which files name a module, for example `text.3.mlp`. */
export type ModuleKey = `${Tower}.${number}.${ModuleKind}`;

/** Position of a module in `UnitLayout.modules`. */
export type ModuleIndex = number & { readonly __brand?: "ModuleIndex" };
/** Position of a unit in the flat arrays of a `UnitLayout`. */
export type UnitIndex = number & { readonly __brand?: "UnitIndex" };
/** Position of a token, counted in the trace. */
export type TokenIndex = number & { readonly __brand?: "TokenIndex" };
/** A share in 0..1. */
export type Ratio = number & { readonly __brand?: "Ratio" };

export interface Module {
  readonly key: ModuleKey;
  readonly tower: Tower;
  /** Layer within its tower, from 0. */
  readonly layer: number;
  readonly kind: ModuleKind;
  /** Number of units in the dense model. */
  readonly unitCount: number;
  /** Structural parameters that one unit holds. */
  readonly unitCost: number;
}

export interface UnitLayout {
  readonly modules: readonly Module[];
  /** `offsets[m]` is the first unit of module m; one entry more than modules, the last is `unitCount`. */
  readonly offsets: Uint32Array;
  readonly unitCount: number;
  /** Sum of the costs of all units: what the pruning ratio is a share of. */
  readonly structuralParameters: number;
  /** All parameters of the model, embeddings, norms, head and connector included. */
  readonly totalParameters: number;
}

/** Lays the units of `modules` out one after another. */
export function createUnitLayout(modules: readonly Module[], totalParameters: number): UnitLayout {
  const offsets = new Uint32Array(modules.length + 1);
  let structuralParameters = 0;
  modules.forEach((module, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + module.unitCount;
    structuralParameters += module.unitCount * module.unitCost;
  });
  return {
    modules,
    offsets,
    unitCount: offsets[modules.length] ?? 0,
    structuralParameters,
    totalParameters,
  };
}

export function moduleKey(tower: Tower, layer: number, kind: ModuleKind): ModuleKey {
  return `${tower}.${layer}.${kind}`;
}

/**
 * The module of a layer. Free functions instead of methods: a layout crosses from the worker to the page as data.
 * @throws PivotscopeError `internal` for one that the layout does not have.
 */
export function indexOf(
  { modules }: Pick<UnitLayout, "modules">,
  tower: Tower,
  layer: number,
  kind: ModuleKind,
): ModuleIndex {
  const index = modules.findIndex((module) => module.layer === layer && module.kind === kind && module.tower === tower);
  invariant(index >= 0, `The layout has no module ${moduleKey(tower, layer, kind)}.`);
  return index;
}

/** Units of one module: `first`, and the first one behind them, `end`. */
export interface UnitRange {
  readonly first: UnitIndex;
  readonly end: UnitIndex;
}

/** The units of module `module`. @throws PivotscopeError `internal` for a place that is none. */
export function rangeOf({ offsets }: Pick<UnitLayout, "offsets">, module: ModuleIndex): UnitRange {
  const first = offsets[module];
  const end = offsets[module + 1];
  invariant(first !== undefined && end !== undefined, `The layout has no module ${module}.`);
  return { first, end };
}
