/** What a GGUF file is made of, before numbers are read: key-values, and what becomes of each tensor. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { WeightSlot } from "../../architectures/definition.ts";
import type { NumberFormat } from "../number-format.ts";
import type { Arrange } from "./arrange.ts";
import type { GgufTensor } from "./layout.ts";
import type { GgufEntry } from "./values.ts";

/** A tensor of the file and where its numbers come from. */
export interface PlannedTensor extends GgufTensor {
  /** The sliced model's name of it. */
  readonly source: string;
  /** Absent where the numbers stay in their order. */
  readonly arrange?: Arrange;
}

export interface GgufParts {
  readonly entries: readonly GgufEntry[];
  readonly tensors: readonly PlannedTensor[];
  /** What people should know of the file, a sentence or two each. */
  readonly notes?: readonly string[];
}

/** Where a tensor goes: the name without "blk.N." of a layer, and the numbers that llama.cpp adds or scales with. */
export interface Place {
  readonly name: string;
  /** Kept in single precision whatever the format: norms, biases, tables that are added. */
  readonly single?: boolean;
}

/** @throws PivotscopeError `unsupported` for an input of the model that has no place in the file. */
function placeOf(places: Readonly<Record<string, Place>>, input: string, tensor: string): Place {
  const place = Object.hasOwn(places, input) ? places[input] : undefined;
  if (place) return place;
  throw new PivotscopeError(
    "unsupported",
    `Tensor "${tensor}" has no place in a GGUF file that llama.cpp reads; it has places for ${Object.keys(places).join(", ")}.`,
    "Export the transformers folder instead.",
  );
}

/** The format that a tensor is written in. */
function formatAt({ single = false }: Place, format: NumberFormat): NumberFormat {
  return single ? "F32" : format;
}

/**
 * What becomes of a slot's tensor: its place among `places` with `prefix` before the name, and the shape of the slot where
 * `arranged` has none.
 * @throws PivotscopeError as `placeOf`.
 */
export function plannedTensor(
  { input, tensor, shape }: WeightSlot,
  places: Readonly<Record<string, Place>>,
  prefix: string,
  format: NumberFormat,
  arranged?: Partial<Pick<PlannedTensor, "shape" | "arrange">>,
): PlannedTensor {
  const place = placeOf(places, input, tensor);
  return { source: tensor, name: prefix + place.name, shape, format: formatAt(place, format), ...arranged };
}
