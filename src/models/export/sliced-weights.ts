/**
 * The weights of a checkpoint after a plan, as a stream: each tensor read from where the checkpoint lies, without the lines
 * of removed units, in the number format that is asked for. No more than a tensor or two are in memory at a time.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import type { UnitLayout } from "../../core/unit.ts";
import type { ModelDefinition, WeightSlot } from "../architectures/definition.ts";
import { architectureOf, type ModelConfig } from "../architectures/registry.ts";
import { uniqueTensors } from "../architectures/weight-slots.ts";
import { requireReadable } from "../float-formats.ts";
import { gatherLines, keptLines, keptWidths } from "../slicing/kept-lines.ts";
import type { StoredTensor, Weights, WeightsProgress } from "../weights.ts";
import { readCompensations } from "./compensations.ts";
import { decodeNumbers, encodeNumbers, formatBytes, type NumberFormat, reformatted } from "./number-format.ts";

/** A tensor of the sliced model, by the name that its definition has for it. */
export interface SlicedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly format: NumberFormat;
  /** Length of its data. */
  readonly bytes: number;
}

export interface ReadSlicedOptions {
  /** Tensors that are wanted; all when absent. */
  readonly names?: ReadonlySet<string>;
  /** Called in the order of `SlicedWeights.tensors`; the data is row-major, little-endian, valid until it returns. */
  readonly onTensor: (tensor: SlicedTensor, data: Uint8Array) => void | Promise<void>;
  readonly onProgress?: WeightsProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SlicedWeights {
  /** Of the model that is left, to be opened like any other. */
  readonly config: ModelConfig;
  readonly definition: ModelDefinition;
  /** In the order in which they are read. */
  readonly tensors: readonly SlicedTensor[];
  /** @throws PivotscopeError what `Weights.read` throws, and `reformatted`. */
  read(options: ReadSlicedOptions): Promise<void>;
}

export interface SlicedSource {
  /** As an opened checkpoint has them. */
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** What they have to be, hex SHA-256: what is read later may have changed meanwhile. */
  readonly weightHash: string;
  /** Of the dense model, see `modelLayout` of the engine. */
  readonly layout: UnitLayout;
  readonly pruning: Pruning;
}

/**
 * Prepares to read what `pruning` leaves. With bias compensation the last projections are read once beforehand, all else
 * when it is asked for.
 *
 * @param format of all numbers; "stored": each tensor as its file has it.
 * @throws PivotscopeError `bad-input` for a module that keeps no unit or a pruning of another model, and what reading throws.
 */
export async function openSlicedWeights(
  { config, weights, weightHash, layout, pruning }: SlicedSource,
  format: NumberFormat | "stored",
  { onProgress, signal }: Pick<ReadSlicedOptions, "onProgress" | "signal"> = {},
): Promise<SlicedWeights> {
  const { define, narrowed } = architectureOf(config);
  const dense = define(config);
  const { keep } = pruning;
  if (keep.length !== layout.unitCount) {
    throw new PivotscopeError(
      "bad-input",
      `The plan has ${keep.length} units; this model has ${layout.unitCount}.`,
      "Use a plan that was made for this model.",
    );
  }
  const slots = new Map(uniqueTensors(dense).map((slot) => [slot.tensor, slot]));
  for (const { tensor, shape } of slots.values()) weights.expectTensor(tensor, shape);
  const lines = keptLines(dense, layout, keep);
  const compensations = await readCompensations(
    { definition: dense, weights, layout, pruning },
    { onProgress, signal },
  );
  const narrowConfig = narrowed(config, keptWidths(dense, layout, keep), compensations.size > 0);
  const definition = define(narrowConfig);
  const formatOf = (name: string): NumberFormat =>
    format === "stored" ? requireReadable(storedOf(weights, slots, name)).dtype : format;
  const described = uniqueTensors(definition).map(({ tensor, shape }): SlicedTensor => {
    // A sum with a compensation is no number of the file: rounding it to halves would lose what a few bytes keep.
    const sum = format === "stored" && compensations.has(tensor);
    const own = sum ? "F32" : formatOf(slots.has(tensor) ? tensor : (compensations.get(tensor)?.weight ?? tensor));
    return { name: tensor, shape, format: own, bytes: sizeOf(shape) * formatBytes(own) };
  });
  const byName = new Map(described.map((tensor) => [tensor.name, tensor]));
  const read = described.filter(({ name }) => slots.has(name));
  const order = inStoredOrder(weights, read);
  // Biases that only the sliced model has stand in no file.
  const added = described.filter(({ name }) => !slots.has(name));

  const sliced = (stored: StoredTensor, name: string): Uint8Array => {
    const kept = lines.get(name);
    const target = byName.get(name) as SlicedTensor;
    const whole = kept === undefined || kept.lines.length === kept.total;
    const bytes = whole
      ? stored.bytes
      : gatherLines(stored.bytes, stored.shape, kept, formatBytes(requireReadable(stored).dtype));
    const left: StoredTensor = { ...stored, bytes, shape: target.shape, size: sizeOf(target.shape) };
    const compensation = compensations.get(name);
    if (!compensation) return reformatted(left, target.format);
    return encoded(
      target,
      decodeNumbers(left).map((value, index) => value + (compensation.values[index] ?? 0)),
    );
  };

  return {
    config: narrowConfig,
    definition,
    tensors: [...order, ...added],
    async read({ names, onTensor, onProgress: report, signal: stop }) {
      const wanted = (list: readonly SlicedTensor[]) => list.filter(({ name }) => names?.has(name) ?? true);
      const named = new Map(wanted(order).map(({ name }) => [weights.tensors.get(name)?.name ?? name, name]));
      const hash = await weights.read({
        names: new Set(named.values()),
        onTensor: async (stored) => {
          const name = named.get(stored.name) as string;
          await onTensor(byName.get(name) as SlicedTensor, sliced(stored, name));
        },
        onProgress: report,
        signal: stop,
      });
      if (hash !== weightHash) throw changed(weightHash, hash);
      for (const tensor of wanted(added)) {
        const values = compensations.get(tensor.name)?.values ?? new Float32Array(sizeOf(tensor.shape));
        await onTensor(tensor, encoded(tensor, values));
      }
    },
  };
}

/** Numbers that stand in no file, in the format of `target`. @throws PivotscopeError as `reformatted`. */
function encoded({ name, shape, format }: SlicedTensor, numbers: Float32Array): Uint8Array {
  const bytes = encodeNumbers(numbers, "F32");
  return reformatted({ name, dtype: "F32", shape, size: numbers.length, begin: 0, end: bytes.length, bytes }, format);
}

function changed(wanted: string, found: string): PivotscopeError {
  return new PivotscopeError(
    "bad-checkpoint",
    `The weights have changed since the model was opened: found ${found.slice(0, 12)}…, expected ${wanted.slice(0, 12)}….`,
    "Open the model again, and make the plan for it.",
  );
}

/** Elements of a tensor. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function storedOf(weights: Weights, slots: ReadonlyMap<string, WeightSlot>, name: string) {
  return weights.expectTensor(name, slots.get(name)?.shape ?? []);
}

/** As the stream hands them out: file after file, and in each from its beginning to its end. */
function inStoredOrder(weights: Weights, tensors: readonly SlicedTensor[]): SlicedTensor[] {
  const places = new Map(weights.order().map((name, place) => [name, place]));
  const placeOf = ({ name }: SlicedTensor) => places.get(weights.tensors.get(name)?.name ?? name) ?? 0;
  return tensors.toSorted((a, b) => placeOf(a) - placeOf(b));
}
