/**
 * Bias compensation as biases of the sliced model: W[:, removed] · mean[removed] (FLAP, arXiv 2312.11983), summed in double
 * precision, from the last projections as they are stored.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import { indexOf, rangeOf, type UnitLayout } from "../../core/unit.ts";
import { type ModelDefinition, towersOf, type WeightSlot } from "../architectures/definition.ts";
import type { ReadWeightsOptions, Weights } from "../weights.ts";
import { decodeNumbers } from "./number-format.ts";

/** By the bias' tensor: what is added to it, and the matrix that it belongs to. */
export type Compensations = ReadonlyMap<string, { readonly values: Float32Array; readonly weight: string }>;

interface Asked {
  readonly definition: ModelDefinition;
  readonly weights: Weights;
  readonly layout: UnitLayout;
  readonly pruning: Pruning;
}

/** A last projection and the mean inputs of its removed columns, 0 elsewhere. */
interface Projection {
  readonly slot: WeightSlot;
  readonly means: Float32Array;
}

/** The bias beside a matrix. */
function biasOf(weight: string): string {
  return weight.replace(/\.weight$/, ".bias");
}

/** @throws PivotscopeError `bad-input` for mean inputs of another model, and what reading throws. */
export async function readCompensations(
  { definition, weights, layout, pruning }: Asked,
  options: Pick<ReadWeightsOptions, "onProgress" | "signal">,
): Promise<Compensations> {
  const { keep, meanInputs } = pruning;
  if (meanInputs === null || !keep.includes(0)) return new Map();
  const projections = projectionsOf(definition, layout, keep, meanInputs);
  const bySlot = new Map(
    projections.map((projection) => {
      const { tensor, shape } = projection.slot;
      return [weights.expectTensor(tensor, shape).name, projection] as const;
    }),
  );
  const found = new Map<string, { readonly values: Float32Array; readonly weight: string }>();
  await weights.read({
    ...options,
    names: new Set(projections.map(({ slot }) => slot.tensor)),
    onTensor(stored) {
      const projection = bySlot.get(stored.name);
      if (!projection) return;
      const { slot, means } = projection;
      found.set(biasOf(slot.tensor), { values: product(decodeNumbers(stored), means), weight: slot.tensor });
    },
  });
  return found;
}

/** `matrix` [rows, columns] · `vector` [columns]. */
function product(matrix: Float32Array, vector: Float32Array): Float32Array {
  const columns = vector.length;
  return Float32Array.from({ length: matrix.length / columns }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      sum += (matrix[row * columns + column] as number) * (vector[column] as number);
    }
    return sum;
  });
}

function projectionsOf(
  definition: ModelDefinition,
  layout: UnitLayout,
  keep: Uint8Array,
  meanInputs: Float32Array,
): Projection[] {
  let start = 0;
  const towers = new Map(towersOf(definition).map((tower) => [tower.tower, tower]));
  const projections = layout.modules.flatMap(({ tower, layer, kind }): Projection[] => {
    const owner = towers.get(tower);
    const slot = owner?.layers[layer]?.weights.find(({ input }) => input === owner.projections[kind]);
    if (!slot) return [];
    const columns = slot.shape[1] ?? 0;
    const { first, end } = rangeOf(layout, indexOf(layout, tower, layer, kind));
    const perUnit = columns / (end - first);
    const means = meanInputs.slice(start, start + columns).map((mean, column) => {
      return keep[first + Math.floor(column / perUnit)] ? 0 : mean;
    });
    start += columns;
    return [{ slot, means }];
  });
  if (start === meanInputs.length) return projections;
  throw new PivotscopeError(
    "bad-input",
    `The mean inputs have ${meanInputs.length} entries; the projections of this model take ${start} columns.`,
    "Use a plan that was made for this model.",
  );
}
