/** Which tensors a model reads, and what of each it holds. */
import { type ModelDefinition, towersOf, type WeightSlot } from "./definition.ts";

/** Every graph input that takes a weight; tied tensors and tables in parts occur more than once. */
export function weightSlots(definition: ModelDefinition): WeightSlot[] {
  return [
    ...outerSlots(definition),
    ...towersOf(definition).flatMap(({ layers }) => layers.flatMap(({ weights }) => weights)),
  ];
}

/** Those outside the layers. */
export function outerSlots({ text, vision }: ModelDefinition): WeightSlot[] {
  return [
    ...text.embeddingWeights,
    ...text.headWeights,
    ...(vision ? [...vision.embeddingWeights, ...vision.connectorWeights] : []),
  ];
}

/** Shape of what the slot's graph input takes: the tensor's, or that of its rows. */
export function heldShape({ shape, graphShape, rows }: WeightSlot): readonly number[] {
  if (rows === undefined) return graphShape ?? shape;
  return [rows[1] - rows[0], ...shape.slice(1)];
}

/** Slots of the same holding share one tensor of the backend. */
export function holding(slot: WeightSlot): string {
  const { tensor, rows, preparation } = slot;
  return `${tensor} ${rows?.join("-") ?? ""} ${heldShape(slot).join(",")} ${preparation?.name ?? ""}`;
}

/** One slot of every tensor that the model reads. */
export function uniqueTensors(definition: ModelDefinition): WeightSlot[] {
  return [...new Map(weightSlots(definition).map((slot) => [slot.tensor, slot])).values()];
}

/** Parameters of the model, those of tied tensors once. */
export function countParameters(definition: ModelDefinition): number {
  const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
  return uniqueTensors(definition).reduce((sum, { shape }) => sum + size(shape), 0);
}
