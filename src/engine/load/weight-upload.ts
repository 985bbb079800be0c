/** Weights from their stream onto a backend: each tensor converted and uploaded as it comes, then forgotten. */

import { createBreath } from "../../core/breath.ts";
import { PivotscopeError, reasonOf, reworded, throwIfCancelled } from "../../core/errors.ts";
import { roundToFloat16 } from "../../core/float16.ts";
import { onDemand } from "../../core/on-demand.ts";
import type { Precision } from "../../graph/precision.ts";
import type { ModelDefinition, WeightSlot } from "../../models/architectures/definition.ts";
import { weightType } from "../../models/architectures/shared/mixed-precision.ts";
import { heldShape, holding, weightSlots } from "../../models/architectures/weight-slots.ts";
import { allocateNumbers, type Converted, convertElements, requireReadable } from "../../models/float-formats.ts";
import { createSha256 } from "../../models/weight-hash.ts";
import type { StoredTensor, Weights, WeightsProgress } from "../../models/weights.ts";
import type { Backend, Tensor } from "../../runtime/backend.ts";
import { elementCount } from "../../runtime/backend.ts";
import { openScope } from "../pass/scope.ts";

export interface UploadOptions {
  readonly precision: Precision;
  readonly onProgress?: WeightsProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Two tensors of the model, by name, whose bytes are compared while they pass by. */
  readonly compared?: readonly [string, string] | undefined;
}

export interface UploadedWeights {
  /** Hex SHA-256, see `Weights.read`. */
  readonly hash: string;
  /** Whether the two of `compared` are equal; false without them. */
  readonly equal: boolean;
  tensorOf(slot: WeightSlot): Tensor;
}

const loadNotFinite = onDemand(() => import("../../models/not-finite.ts"));

/** Elements that are converted before the clock is looked at. */
const STEP = 65_536;

/** How long converting may keep the thread, in milliseconds: what a cancel waits for. */
const BREATH_INTERVAL = 50;

/** Bytes on their way to a GPU before it is waited for: until they are there, the browser holds a copy. */
const UNSETTLED_BYTES = 64 * 1024 * 1024;

/** @throws PivotscopeError `bad-checkpoint` or `unsupported` when a tensor is missing, or its shape or dtype is wrong. */
export function checkWeights(definition: ModelDefinition, weights: Weights): void {
  for (const slot of weightSlots(definition)) requireReadable(weights.expectTensor(slot.tensor, slot.shape));
}

/** Bytes that a slot takes on a backend. Matrices are stored in `precision`, vectors in float32, see `weightType`. */
export function heldBytes(slot: WeightSlot, precision: Precision): number {
  return elementCount(heldShape(slot)) * (weightType(slot.shape, precision) === "float16" ? 2 : 4);
}

/** Bytes of all weights on a backend, each once. */
export function weightBytes(definition: ModelDefinition, precision: Precision): number {
  const held = new Map(weightSlots(definition).map((slot) => [holding(slot), heldBytes(slot, precision)]));
  return [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Bytes of the largest tensor, which a device must be able to bind. */
export function largestTensorBytes(definition: ModelDefinition, precision: Precision = "float32"): number {
  return weightSlots(definition).reduce((largest, slot) => Math.max(largest, heldBytes(slot, precision)), 0);
}

/**
 * Streams all weights to `backend`. Memory in use at one time is one stored tensor and one converted one above what the
 * backend holds; on the cpu the converted ones are what it holds. All shapes are checked before the first byte is read.
 * A failure names the tensor, and nothing stays uploaded then. Numbers that are not finite are a failure: what a model
 * computes with one is NaN sooner or later, and looks like a result.
 *
 * @throws PivotscopeError what `Weights.read` and `Backend.upload` throw; `out-of-memory` where an array cannot be had.
 */
export async function uploadWeights(
  backend: Backend,
  definition: ModelDefinition,
  weights: Weights,
  { precision, onProgress, signal, compared = ["", ""] }: UploadOptions,
): Promise<UploadedWeights> {
  checkWeights(definition, weights);
  const slots = slotsByTensor(definition);
  const storedName = (name: string) => weights.tensors.get(name)?.name ?? name;
  const byTensor = new Map([...slots].map(([name, held]) => [storedName(name), held]));
  const digests = new Map<string, string>();
  const tensors = new Map<string, Tensor>();
  const breathe = createBreath(BREATH_INTERVAL);

  const numbers = backend.kind === "webgpu" ? reusedNumbers() : allocateNumbers;
  let unsettled = 0;

  const convert = async (stored: StoredTensor, slot: WeightSlot): Promise<Converted> => {
    const { shape, rows = [0, shape[0] ?? 1], preparation } = slot;
    const begin = rows[0] * elementCount(shape.slice(1));
    const length = (rows[1] - rows[0]) * elementCount(shape.slice(1));
    const type = weightType(shape, precision);
    const target = numbers(length, preparation ? "float32" : type);
    for (let from = 0; from < length; from += STEP) {
      const to = Math.min(length, from + STEP);
      const wrong = convertElements(stored, begin + from, begin + to, target, from);
      if (wrong !== null) {
        const { notFinite } = await loadNotFinite();
        throw notFinite(stored, begin + wrong);
      }
      await breathe();
      throwIfCancelled(signal);
    }
    if (!preparation || !(target instanceof Float32Array)) return target;
    const prepared = preparation.apply(target);
    return type === "float16" ? roundToFloat16(prepared) : prepared;
  };

  using scope = openScope(backend);
  const hash = await weights.read({
    names: new Set(slots.keys()),
    async onTensor(stored) {
      if (compared.some((name) => storedName(name) === stored.name)) {
        digests.set(stored.name, await hashOf(stored, breathe));
        throwIfCancelled(signal);
      }
      for (const slot of byTensor.get(stored.name) ?? []) {
        const shape = heldShape(slot);
        try {
          tensors.set(holding(slot), scope.upload(await convert(stored, slot), shape));
        } catch (error) {
          throw namingTensor(error, stored.name, heldBytes(slot, precision));
        }
        unsettled += heldBytes(slot, precision);
      }
      if (unsettled > UNSETTLED_BYTES) {
        await backend.settle();
        unsettled = 0;
      }
    },
    onProgress,
    signal,
  });
  await backend.settle();
  scope.give([...tensors.values()]);
  const [first, second] = compared.map((name) => digests.get(storedName(name)));
  const equal = first !== undefined && first === second;
  return { hash, equal, tensorOf: (slot) => tensors.get(holding(slot)) as Tensor };
}

/**
 * Makes arrays of the same memory again and again, which grows to the longest one. Only for a backend whose uploads copy:
 * memory that nobody has touched before costs more time than converting into it.
 */
function reusedNumbers(): typeof allocateNumbers {
  let memory = new ArrayBuffer(0);
  return (length, type) => {
    const bytes = length * (type === "float32" ? 4 : 2);
    if (memory.byteLength < bytes) memory = new ArrayBuffer(bytes);
    return type === "float32" ? new Float32Array(memory, 0, length) : new Uint16Array(memory, 0, length);
  };
}

/** What is held of each tensor; what several slots share once. */
function slotsByTensor(definition: ModelDefinition): Map<string, WeightSlot[]> {
  const held = new Map(weightSlots(definition).map((slot) => [holding(slot), slot]));
  const byTensor = new Map<string, WeightSlot[]>();
  for (const slot of held.values()) byTensor.set(slot.tensor, [...(byTensor.get(slot.tensor) ?? []), slot]);
  return byTensor;
}

/** Hex SHA-256 of a tensor's bytes. */
async function hashOf({ bytes }: StoredTensor, breathe: () => Promise<void> | undefined): Promise<string> {
  const hasher = await createSha256();
  for (let from = 0; from < bytes.length; from += 16 * STEP) {
    hasher.update(bytes.subarray(from, from + 16 * STEP));
    await breathe();
  }
  return hasher.digest();
}

/** `error` with the tensor's name, unless it is a cancel. */
function namingTensor(error: unknown, tensor: string, bytes: number): unknown {
  if (error instanceof PivotscopeError) {
    if (error.code === "cancelled" || error.message.includes(tensor)) return error;
    return reworded(error, `Tensor "${tensor}": ${error.message}`);
  }
  const reason = reasonOf(error);
  const memory = error instanceof RangeError || /alloc|memory/i.test(reason);
  return new PivotscopeError(
    memory ? "out-of-memory" : "internal",
    `Tensor "${tensor}" of ${bytes} bytes could not be put on the backend: ${reason}.`,
    memory ? "Close other tabs, or take a smaller model." : "Please report this with the steps that led here.",
    { cause: error },
  );
}
