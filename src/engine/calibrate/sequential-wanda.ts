/**
 * Wanda-SP as its authors run it: layer by layer. A layer that is still whole is run on what the pruned layers before it
 * give, its heads and neurons are scored on what came into its last projections and pruned, and the layer is run again to
 * feed the next one. (CASIA-IVA-Lab/FLAP, prune_wanda_sp.) Only the hidden states of one layer are kept, of all samples.
 */

import { createKeptUnits } from "../../core/allocation/kept-units.ts";
import { keepUniform } from "../../core/allocation/per-module.ts";
import { invariant, PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import { wandaSpScores } from "../../core/methods/wanda-sp.ts";
import { indexOf, type Module, type ModuleKind, type Ratio, rangeOf, type Tower } from "../../core/unit.ts";
import { validateRatio } from "../../core/unit-check.ts";
import type { Frame } from "../../models/pictures.ts";
import { output, settled, type Tensor } from "../../runtime/backend.ts";
import type { SampleProgress } from "../contract.ts";
import { createBatch, type PreparedSample, requireWholePictures } from "../pass/batch.ts";
import { type BehindLayer, enterText } from "../pass/enter-text.ts";
import { connectGroups } from "../pass/features.ts";
import { allFinite, notFiniteResult } from "../pass/finite-results.ts";
import { embedFrames, frameFeeds } from "../pass/frames.ts";
import type { SharedFeeds } from "../pass/layer-feeds.ts";
import { createMasks, maskColumns } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";
import { type LayerRequest, passLayer } from "../pass/tower-run.ts";
import { columnsPerUnit, layerOf, towerOf, visionOf } from "../pass/towers.ts";
import { readLineNorms } from "./line-norms.ts";

export interface SequentialProgress {
  readonly tower: Tower;
  /** From 0. */
  readonly layer: number;
  /** Layers of this tower. */
  readonly layers: number;
  /** Each sample counts twice: through the whole layer and through the pruned one. */
  readonly runs: SampleProgress;
}

export interface SequentialRequest {
  /** Share of units that every module loses. */
  readonly ratio: Ratio;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SequentialProgress) => void) | undefined;
}

export interface SequentialPlan {
  /** 1 kept, 0 removed, per unit of the layout. */
  readonly keep: Uint8Array;
  /** Score per unit; comparable inside a module only. */
  readonly values: Float64Array;
  /** Share of structural parameters that is removed. */
  readonly reachedRatio: Ratio;
}

/** Forward outputs that hold the input of a module's last projection. */
const TAPS = { attn: "attention_context", mlp: "mlp_activation" } as const satisfies Record<ModuleKind, string>;
const KINDS: readonly ModuleKind[] = ["attn", "mlp"];

interface Context {
  readonly model: Model;
  readonly request: SequentialRequest;
  /** Of the hidden states on their way. */
  readonly scope: TensorScope;
  readonly lineNorms: Awaited<ReturnType<typeof readLineNorms>>;
  /** Of the whole layout; filled layer by layer. */
  readonly keep: Uint8Array;
  readonly values: Float64Array;
}

/** One sample on its way through a tower. */
interface Passage {
  /** What goes into the next layer, [tokens, width]. */
  hidden: Tensor;
  /** What its layers are fed, as the only group. */
  readonly shared: SharedFeeds;
  readonly behind: BehindLayer | null;
  /** Hidden states that the connector takes as well. */
  readonly kept: Tensor[];
  /** Rows that count nowhere, see `Frame.idle`. */
  readonly idle: NonNullable<Frame["idle"]>;
}

function moduleOf({ model: { layout } }: Context, tower: Tower, layer: number, kind: ModuleKind) {
  const index = indexOf(layout, tower, layer, kind);
  const module = layout.modules[index];
  invariant(module, `The layout has no ${kind} in layer ${layer} of the ${tower} tower.`);
  return { module, ...rangeOf(layout, index) };
}

/** Takes the passages through one layer, under the masks as `keep` has them now; the answer is their outputs. */
async function runLayer(
  context: Context,
  passages: readonly Passage[],
  run: Pick<LayerRequest, "tower" | "layer" | "capture" | "captureOnly" | "keepInputs" | "onGroup">,
): Promise<readonly Tensor[]> {
  const { model, keep, request, scope } = context;
  const definition = towerOf(model, run.tower);
  using masks = openScope(model.backend);
  const mask = (kind: ModuleKind) => {
    const { first, end } = moduleOf(context, run.tower, run.layer, kind);
    const columns = maskColumns(keep.subarray(first, end), columnsPerUnit(definition, kind));
    return masks.upload(columns, [columns.length]);
  };
  const feeds = { attention_mask: mask("attn"), mlp_mask: mask("mlp") };
  const passed = await passLayer(
    scope,
    model,
    passages.map(({ hidden }) => hidden),
    {
      ...run,
      groups: passages.map(() => 1),
      masks: { compensated: false, feeds: () => feeds },
      shared: (layer, group, turn) => passages[group]?.shared(layer, 0, turn) ?? null,
      signal: request.signal,
    },
  );
  await model.backend.settle();
  return passed;
}

/** Adds Σ x² per column of `values`, [rows, columns], less the rows `idle`, to `energy`, one number per column. */
function addEnergy(energy: Float64Array, values: Float32Array, idle: Passage["idle"]): void {
  for (let row = 0; row * energy.length < values.length; row++) {
    if (idle.some(([begin, end]) => row >= begin && row < end)) continue;
    for (let column = 0; column < energy.length; column++) {
      const value = values[row * energy.length + column] ?? 0;
      energy[column] = (energy[column] ?? 0) + value * value;
    }
  }
}

/** Wanda-SP's scores of a module's units. @param energy Σ x² per column of its last projection's input. */
function scoreModule({ model, lineNorms }: Context, module: Module, energy: Float64Array): Float64Array {
  const matrices = layerOf(towerOf(model, module.tower), module.layer).scored.filter(
    ({ kind }) => kind === module.kind,
  );
  const last = matrices.at(-1);
  invariant(last, `${module.key} has no matrices.`);
  const channels = matrices.find(({ slot }) => slot === "key")?.groupSize ?? 1;
  const { absolute } = lineNorms(module, matrices.length - 1);
  const projection = { absolute, lineLength: last.outputs, linesPerUnit: last.groupSize };
  const scores = wandaSpScores(projection, energy, last.groupSize / channels);
  if (scores.every(Number.isFinite)) return scores;
  throw new PivotscopeError(
    "bad-input",
    `${module.key}: a unit's score is not a finite number.`,
    "The model's activations are too large for float32 on these samples; use others.",
  );
}

/** Prunes the layers of a tower one after another; afterwards the passages hold the pruned tower's last hidden states. */
async function pruneTower(context: Context, tower: Tower, passages: readonly Passage[]): Promise<void> {
  const { model, request, keep, values } = context;
  const definition = towerOf(model, tower);
  const layers = definition.layers.length;
  const keptLayers = tower === "vision" ? visionOf(model).connectorLayers : [];
  for (const [layer, { attentionColumns, mlpColumns }] of definition.layers.entries()) {
    let finished = 0;
    const done = () => {
      finished += 1;
      request.onProgress?.({ tower, layer, layers, runs: { done: finished, total: 2 * passages.length } });
    };
    const energies = {
      attn: new Float64Array(attentionColumns),
      mlp: new Float64Array(mlpColumns),
    };
    await runLayer(context, passages, {
      tower,
      layer,
      capture: ["inputs"],
      captureOnly: true,
      keepInputs: true,
      onGroup: async ({ captured, group }) => {
        const { idle } = passages[group] as Passage;
        for (const kind of KINDS) {
          addEnergy(energies[kind], await model.backend.read(output(captured, TAPS[kind])), idle);
        }
        done();
      },
    });
    for (const kind of KINDS) {
      const { module, first } = moduleOf(context, tower, layer, kind);
      const energy = energies[kind].map((sum) => sum / passages.length);
      const scores = scoreModule(context, module, energy);
      values.set(scores, first);
      keep.set(keepUniform(module, scores, request.ratio), first);
    }
    const keepInputs = keptLayers.includes(layer - 1);
    const passed = await runLayer(context, passages, { tower, layer, keepInputs, onGroup: done });
    for (const [index, passage] of passages.entries()) {
      const hidden = passed[index] ?? passage.hidden;
      passage.hidden = (await passage.behind?.(context.scope, layer, 0, hidden)) ?? hidden;
      if (passage.hidden !== hidden) context.scope.release(hidden);
      if (keptLayers.includes(layer)) passage.kept.push(hidden);
    }
  }
}

/** Prunes the vision tower. @returns for each sample where its picture's last hidden states are, null without picture. */
async function pruneVision(context: Context, samples: readonly PreparedSample[]): Promise<(Passage | null)[]> {
  const { model, scope } = context;
  const passages: (Passage | null)[] = [];
  for (const { frames } of samples) {
    throwIfCancelled(context.request.signal);
    const [frame] = frames;
    if (!frame) {
      passages.push(null);
      continue;
    }
    const hidden = scope.own(await embedFrames(model, frames));
    const shared = frameFeeds(scope, model, frames, frame.patches, [1]);
    passages.push({ hidden, shared, behind: null, kept: [], idle: frame.idle ?? [] });
  }
  await pruneTower(
    context,
    "vision",
    passages.filter((passage) => passage !== null),
  );
  return passages;
}

/** A sample before the text tower, with what the connector makes of its picture's hidden states, which are released. */
async function beforeText(context: Context, sample: PreparedSample, seen: Passage | null): Promise<Passage> {
  const { model, scope } = context;
  const batch = createBatch([sample], model.imageTokenId);
  const states = seen && { hidden: [seen.hidden], kept: seen.kept.map((tensor) => [tensor]) };
  const features = states && (await connectGroups(scope, model, { frames: sample.frames, sizes: [1], ...states }));
  if (seen) scope.release(...new Set([seen.hidden, ...seen.kept]));
  const { hidden, shared, behind } = await enterText(scope, model, batch, features, [1]);
  const [first] = hidden;
  invariant(first, "A sample has token embeddings.");
  return { hidden: first, shared, behind, kept: [], idle: [] };
}

async function pruneTowers(context: Context, samples: readonly PreparedSample[]): Promise<void> {
  const seen = context.model.definition.vision ? await pruneVision(context, samples) : samples.map(() => null);
  const passages: Passage[] = [];
  for (const [index, sample] of samples.entries()) {
    throwIfCancelled(context.request.signal);
    passages.push(await beforeText(context, sample, seen[index] ?? null));
  }
  await pruneTower(context, "text", passages);
}

function checkSamples(model: Model, samples: readonly PreparedSample[]): void {
  if (samples.length === 0) {
    throw new PivotscopeError("bad-input", "There are no samples to prune with.", "Give at least one sample.");
  }
  requireWholePictures(samples);
  // Without a picture all vision units score 0, and which go would be chance.
  if (model.definition.vision && samples.every(({ frames }) => frames.length === 0)) {
    throw new PivotscopeError(
      "bad-input",
      "The model has a vision tower, but none of the samples has a picture to score it with.",
      "Give samples with pictures.",
    );
  }
}

/**
 * Wanda-SP's plan for `ratio`, sequentially: the vision tower first, then the text tower on what the pruned vision tower
 * gives. Every module loses ⌊ratio · units⌋ units. All tokens of prompt and trace count.
 *
 * Project decisions: the vision tower, of which the authors say nothing, goes before the text tower that it feeds; a
 * sample without a picture takes no part in it.
 *
 * Throws `bad-input` for a ratio outside 0 to 1, without samples, and for a model with a vision tower when no sample has
 * a picture; `unsupported` for scores that are not finite; `cancelled`; and what the backend throws. Nothing stays allocated, then or otherwise.
 */
export async function planSequentialWanda(
  model: Model,
  samples: readonly PreparedSample[],
  request: SequentialRequest,
): Promise<SequentialPlan> {
  validateRatio(request.ratio);
  checkSamples(model, samples);
  throwIfCancelled(request.signal);
  const { layout } = model;
  const kept = createKeptUnits(layout);
  // Layers that are not reached yet are whole.
  kept.keep.fill(1);
  const values = new Float64Array(layout.unitCount);
  using scope = openScope(model.backend);
  const lineNorms = await readLineNorms(model);
  const context: Context = { model, request, scope, lineNorms, keep: kept.keep, values };
  await settled(model.backend, () => pruneTowers(context, samples));
  if (!allFinite(values)) {
    using masks = createMasks(model, null);
    const failed = { masks, precision: "float32", signal: request.signal } as const;
    throw await notFiniteResult(model, "The scores", samples, failed);
  }
  const { keep, reachedRatio } = kept.result(values);
  return { keep, values, reachedRatio };
}
