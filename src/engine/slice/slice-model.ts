/**
 * A plan applied for real: the same graphs, built for the widths that are left, with weights gathered from the dense ones.
 *
 * Weights that no unit owns lines of are the dense model's own, and so are those of layers that keep everything. Bias
 * compensation, which the dense weights are needed for, is computed beforehand and fed as it is under masks.
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import type { Tower } from "../../core/unit.ts";
import { towersOf } from "../../models/architectures/definition.ts";
import { keptByInput, keptWidths } from "../../models/slicing/kept-lines.ts";
import type { Feeds, Tensor } from "../../runtime/backend.ts";
import type { SliceProgress } from "../contract.ts";
import { discardLargeCopy } from "../generate/generate-whole.ts";
import { modelLayout } from "../load/create-model.ts";
import { createPruningMasks } from "../pass/compensation.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { countWithoutLayers } from "../pass/model-memory.ts";
import { createPrograms } from "../pass/programs.ts";
import { openScope, releasable, type TensorScope } from "../pass/scope.ts";
import { layerOf, towerOf } from "../pass/towers.ts";
import { gatherOn, gatherWeight } from "./gather-weights.ts";

export interface SliceRequest {
  /** See `SliceOptions`. */
  readonly releaseDense?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SliceProgress) => void) | undefined;
}

export interface SlicedModel {
  readonly model: Model;
  /** Ones, with the compensation where there is one. */
  readonly masks: MaskSet;
  /** The same pruning as masks of the dense model: what the sliced one is held against. */
  readonly masked: MaskSet;
  /** Gives weights, masks and compiled graphs back. */
  release(): Promise<void>;
}

/** Every layer of a model, tower by tower. */
function layersOf(model: Model): { readonly tower: Tower; readonly layer: number }[] {
  return towersOf(model.definition).flatMap(({ tower, layers }) =>
    Array.from(layers, (_, layer) => ({ tower, layer })),
  );
}

/** Whoever asks for a layer's weights hears that they are gone. */
function withoutLayers(model: Model): void {
  model.layerFeeds = () => {
    throw new PivotscopeError(
      "unsupported",
      "This needs the dense model, whose weights were released to make room for the sliced one.",
      "Go back to the dense model (on the page: under Advanced, switch “Run the sliced model” off): it is read again from where it came.",
    );
  };
  countWithoutLayers(model);
}

/** @throws PivotscopeError `unsupported` where the dense weights were released. */
export function requireDense(model: Model): void {
  for (const { tower } of towersOf(model.definition)) model.layerFeeds(tower, 0);
}

/** The compensation that `pruned` has for a layer. */
function compensationOf(pruned: MaskSet, tower: Tower, layer: number): Feeds {
  if (!pruned.compensated) return {};
  return Object.fromEntries(
    Object.entries(pruned.feeds(tower, layer)).filter(([name]) => name.endsWith("_compensation")),
  );
}

/**
 * The model that `pruning` leaves of `model`, on the same backend. Fails as a whole: nothing of it is left then, and with
 * `releaseDense` nothing of the dense layers either.
 *
 * @throws PivotscopeError `bad-input` where the plan is another model's or a module keeps no unit.
 */
export async function sliceModel(model: Model, pruning: Pruning, request: SliceRequest = {}): Promise<SlicedModel> {
  const { backend } = model;
  const { releaseDense = false, signal } = request;
  let done = false;
  const pruned = await createPruningMasks(model, pruning, signal);
  using _ = releasable(() => {
    if (!done) pruned.release();
  });
  const definition = model.narrowed(keptWidths(model.definition, model.layout, pruning.keep));
  if (releaseDense) await model.programs.discard();
  else await discardLargeCopy(model);

  using scope = openScope(backend);
  const layers = await gatherLayers(scope, model, definition, pruning.keep, request);
  const programs = createPrograms(backend);
  const sliced: Model = {
    ...model,
    definition,
    layout: modelLayout(definition),
    layerFeeds: (tower, layer) => layers.get(tower)?.[layer] ?? {},
    programs,
    // The check of a device may come later.
    get generationWay() {
      return model.generationWay;
    },
  };
  // Last, so that nothing can fail behind it.
  const ones = createMasks(sliced, null);
  const held = scope.move();
  done = true;
  return {
    model: sliced,
    masked: pruned,
    masks: {
      compensated: pruned.compensated,
      feeds: (tower, layer) => ({ ...ones.feeds(tower, layer), ...compensationOf(pruned, tower, layer) }),
      ...releasable(() => undefined),
    },
    async release() {
      ones.release();
      pruned.release();
      held.close();
      await programs.discard();
    },
  };
}

/** Weights of every layer, layer by layer; what is gathered is the scope's. */
async function gatherLayers(
  scope: TensorScope,
  model: Model,
  narrow: Model["definition"],
  keep: Uint8Array,
  { releaseDense = false, signal, onProgress }: SliceRequest,
): Promise<ReadonlyMap<Tower, readonly Feeds[]>> {
  const { backend } = model;
  const gather = await gatherOn(backend);
  const all = layersOf(model).map((place) => {
    const definition = towerOf(model, place.tower);
    return { ...place, kept: keptByInput(definition, place.layer, model.layout, keep) };
  });
  const feeds = new Map(all.map(({ tower, layer }) => [`${tower}.${layer}`, model.layerFeeds(tower, layer)]));
  // From here on, and however this ends, they are its own where they are to go.
  using dense = openScope(backend, releaseDense ? [...feeds.values()].flatMap((of) => Object.values(of)) : []);
  if (releaseDense) withoutLayers(model);
  const gathered = new Map<Tower, Feeds[]>();
  for (const [index, { tower, layer, kept }] of all.entries()) {
    throwIfCancelled(signal);
    const own = feeds.get(`${tower}.${layer}`) ?? {};
    const definition = towersOf(narrow).find((candidate) => candidate.tower === tower);
    const weights: Record<string, Tensor> = { ...own };
    const replaced: Tensor[] = [];
    for (const slot of definition ? layerOf(definition, layer).weights : []) {
      const lines = kept.get(slot.input);
      const tensor = own[slot.input];
      if (!lines || !tensor || lines.lines.length === lines.total) continue;
      weights[slot.input] = await gatherWeight(scope, gather, tensor, slot, lines);
      replaced.push(tensor);
    }
    // Until they are done, the gathering reads what is released next, and what was uploaded lies twice.
    await backend.settle();
    if (releaseDense) {
      dense.release(...replaced);
      scope.own(dense.give(Object.values(own).filter((tensor) => !replaced.includes(tensor))));
    }
    gathered.set(tower, [...(gathered.get(tower) ?? []), weights]);
    onProgress?.({ done: index + 1, total: all.length });
  }
  return gathered;
}
