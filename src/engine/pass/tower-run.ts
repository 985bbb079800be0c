/**
 * A forward pass through the layers of one tower. A batch goes through a layer's graph in groups of samples where memory
 * asks for it (memory-plan.ts); each group is a tensor of its own.
 */

import { invariant, throwIfCancelled } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import type { LayerShape } from "../../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { towerOf } from "./towers.ts";
import { withLayerWeights } from "./weight-precision.ts";

export interface LayerOutputs {
  readonly attentionOutput: Tensor;
  readonly mlpOutput: Tensor;
}

export interface TowerRun {
  readonly tower: Tower;
  /** Samples of each group. */
  readonly groups: readonly number[];
  readonly masks: MaskSet;
  /** Feeds that are the same for every layer: rotary tables and bias for text. */
  readonly shared: Feeds;
  readonly signal: AbortSignal | undefined;
  /** Keep the input of every layer for the backward pass. */
  readonly keepInputs?: boolean;
  /** Called with the module outputs of each layer and group, which are released after the call. */
  readonly onModules?: (layer: number, outputs: LayerOutputs, group: number) => void;
  readonly onLayer?: (layer: number) => void;
  /** What the pass computes in: float32 when absent, or the model's own precision where only text is written. */
  readonly precision?: Precision;
}

/**
 * Runs `hidden`, one tensor for each group, through all layers of a tower. Takes ownership of `hidden`. Returns the last
 * hidden states, and the inputs of all layers when they are kept, group by group.
 */
export async function runTower(
  model: Model,
  hidden: readonly Tensor[],
  run: TowerRun,
): Promise<{ hidden: Tensor[]; inputs: Tensor[][] }> {
  const { tower, groups, masks, shared } = run;
  const { backend } = model;
  const definition = towerOf(model, tower);
  const { precision = "float32" } = run;
  const modules = run.onModules !== undefined;
  const programOf = (shape: LayerShape, batch: number) =>
    model.programs.get(definition.forward, { ...shape, batch, modules, precision, compensation: masks.compensated });
  const owned = new Set(hidden);
  const inputs: Tensor[][] = [];
  let current = [...hidden];
  try {
    for (const [layer, { shape }] of definition.layers.entries()) {
      const next: Tensor[] = [];
      const runGroups = async (weights: Feeds) => {
        for (const [group, batch] of groups.entries()) {
          throwIfCancelled(run.signal);
          const input = current[group];
          invariant(input, `Group ${group} of the ${tower} tower has no hidden states.`);
          const feeds = { ...shared, ...weights, ...masks.feeds(tower, layer), hidden: input };
          const outputs = await backend.run(await programOf(shape, batch), feeds);
          const result = output(outputs, "hidden_out");
          owned.add(result);
          next.push(result);
          if (run.onModules) {
            const attentionOutput = output(outputs, "attention_output");
            const mlpOutput = output(outputs, "mlp_output");
            run.onModules(layer, { attentionOutput, mlpOutput }, group);
            backend.release(attentionOutput, mlpOutput);
          }
          if (run.keepInputs) continue;
          owned.delete(input);
          backend.release(input);
        }
      };
      await withLayerWeights(model, tower, layer, runGroups, precision);
      if (run.keepInputs) inputs.push(current);
      current = next;
      run.onLayer?.(layer);
    }
  } catch (error) {
    backend.release(...owned);
    throw error;
  }
  return { hidden: current, inputs };
}
