/**
 * What an architecture tells the engine: which tensors it reads, which units it has, and the graphs of its layers.
 * The engine runs these without knowing the architecture.
 */

import { invariant } from "../../core/errors.ts";
import { type Module, type ModuleKind, moduleKey, type Tower } from "../../core/unit.ts";
import type { GraphFunction } from "../../graph/graph.ts";
import type { Precision } from "../../graph/precision.ts";
import type { Frame, FrameFeed, FrameGrid } from "../pictures.ts";
import type { HeadInParts, HeadLoss, MatrixFormat } from "./head-definition.ts";
import type { AttentionScheme, BiasShape, Sequences } from "./shared/attention-scheme.ts";
import type { PositionScheme } from "./shared/rope.ts";
import type { ScoredWeight, WeightSlot } from "./slots.ts";

export type { HeadInParts, HeadLoss, MatrixFormat } from "./head-definition.ts";
export type { Preparation, ScoredWeight, UnitLines, WeightSlot } from "./slots.ts";

/**
 * Which gradients the backward graph gives out for one loss beside the one by the layer's input: by the outputs of all
 * matrices in `scored`, of those that are attributed only, or by the inputs of the two last projections
 * (`context_gradient`, `activation_gradient`).
 */
export type LossTaps = "matrices" | "attributed" | "columns";

export interface ForwardOutputs {
  /** Adds outputs `attention_output` and `mlp_output`, what the two modules add to the hidden states. */
  readonly modules?: boolean;
  /** Adds the inputs of the linear layers as outputs, named as the backward graph names its input taps. */
  readonly inputs?: boolean;
  /** Adds outputs `key_out` and `value_out`, [batch, key/value heads, tokens, head size]. */
  readonly cache?: boolean;
}

/** What a graph of layers takes beside what it always takes. */
export interface ForwardInputs {
  /** Adds inputs `attention_compensation` and `mlp_compensation` [width], added to the outputs of the last projections. */
  readonly compensation?: boolean;
  /** Format of the matrices that are fed and of the products with them, see mixed-precision.ts; float32 when absent. */
  readonly precision?: Precision;
}

/** How positions and what a row may see are fed where a layer takes them. */
export interface PositionInputs {
  /** `rope_cosine` and `rope_sine` are [batch, 1, tokens, head size]; [tokens, head size] for all samples when absent. */
  readonly ownPositions?: boolean;
  /** Shape of `attention_bias`. When absent "shared" in the text tower, and none is fed in the vision tower. */
  readonly bias?: BiasShape;
}

/** What layers are fed beside hidden states, weights and masks; the layers that name it share it. */
export interface LayerFeeds {
  /** Null where they turn nothing. */
  readonly positions: PositionScheme | null;
  /** Null where every row sees every row, whatever the sequence. */
  readonly attention: AttentionScheme | null;
  /** Of layers that attend to pictures instead of text, see `VisionDefinition.entrance`; absent in all others. */
  readonly pictures?: PictureAttention;
}

/** Rows of every sequence of a batch: `count` of each, from `first[i]` on. */
export interface RowSpan {
  readonly first: readonly number[];
  readonly count: number;
}

/**
 * What layers that attend to pictures are fed beside `states` [batch · states, width], what the pictures of each sample give
 * one behind the other, padded with zeros. In a batch without a single picture such layers are passed over whole.
 *
 * Their backward graph gives out `states_gradient.c` for each loss. Their decode graph takes the keys and values of the
 * states as `past_key` and `past_value`, as their forward graph gives them out, and gives out none.
 */
export interface PictureAttention {
  /** By graph input, such as a bias [batch, 1, count, states]. Rows of samples without picture must come out unchanged. */
  feeds(samples: Sequences, span: RowSpan, states: number): Readonly<Record<string, FrameFeed>>;
}

/** Samples that go through a graph at once: a number in the compiled graph, see docs/architecture.md. */
export interface BatchSize {
  readonly batch: number;
}

/** Frames that go through a graph at once: a number in the compiled graph, or a symbol where each run may have another. */
export interface FrameBatch {
  readonly batch: number | string;
}

/** How many units of each kind a layer has. */
export interface LayerWidths {
  readonly attentionUnits: number;
  readonly mlpUnits: number;
}

/**
 * What a layer's graphs are built for. It stands in the options of all of them, so that layers of the same shape share
 * compiled graphs. The MLP's width is symbolic in them and no part of it.
 */
export interface LayerShape extends Pick<LayerWidths, "attentionUnits"> {
  /** Tells the graphs of a layer that computes something else from the tower's usual ones; absent in those. */
  readonly graph?: string;
}

/** One layer as data. */
export interface LayerSpec {
  readonly shape: LayerShape;
  /** Which of the tower's `feeds` it takes; `ALL_LAYERS` when absent. */
  readonly feeds?: string;
  /** Length of `attention_mask`: columns of the output projection's input. */
  readonly attentionColumns: number;
  /** Length of `mlp_mask`. */
  readonly mlpColumns: number;
  /** In the order query, key, value, output, gate, up, down (vision: fc1, fc2). */
  readonly scored: readonly ScoredWeight[];
  readonly weights: readonly WeightSlot[];
}

/** Which graph of a layer. */
export interface ForwardOptions extends LayerShape, BatchSize, ForwardOutputs, ForwardInputs, PositionInputs {}

/** Which graph of a layer of the vision tower. */
export type VisionForwardOptions = Omit<ForwardOptions, "batch"> & FrameBatch;

/** Which backward graph of a layer: what each loss is needed for. */
export interface BackwardOptions extends LayerShape, BatchSize, PositionInputs {
  readonly losses: readonly LossTaps[];
}

/** Which generation graph. */
export interface GenerationOptions extends BatchSize, ForwardInputs {}

/** Which decode graph. */
export interface DecodeOptions extends LayerShape, BatchSize, ForwardInputs, PositionInputs {
  /**
   * The cache holds padding, which `attention_bias` [batch, 1, 1, slots] hides.
   */
  readonly padded?: boolean;
}

/** What layers take of their tower's `feeds` when they do not say. */
export const ALL_LAYERS = "all";

/**
 * The layers of one tower. All hidden states are [batch · tokens, width], samples one after another.
 *
 * Forward: inputs `hidden`, `attention_mask`, `mlp_mask`, the weights, and for text `rope_cosine`, `rope_sine`,
 * `attention_bias`; output `hidden_out`. Backward: inputs `hidden` (the layer's input), `gradient.0…` (by the layer's
 * output, one per loss) and the rest as above; outputs `hidden_gradient.c`, the input taps, and the gradient taps
 * with `.c` behind their stem. Each loss gives out what its `LossTaps` say.
 */
export interface TowerDefinition {
  readonly tower: Tower;
  readonly width: number;
  readonly headSize: number;
  /** First to last; none where the tower has no layers. */
  readonly layers: readonly LayerSpec[];
  /** By the name under which layers ask for them; what no layer asks for is not made. */
  readonly feeds: Readonly<Record<string, LayerFeeds>>;
  /** Of all layers, attention before MLP. */
  readonly modules: readonly Module[];
  /** Length of `attention_mask` per unit: how many columns of the output projection's input one unit owns. */
  readonly columnsPerAttentionUnit: number;
  /** Graph inputs of the weights of each module's last projection. */
  readonly projections: Readonly<Record<ModuleKind, string>>;
  readonly forward: GraphFunction<ForwardOptions>;
  readonly backward: GraphFunction<BackwardOptions>;
}

export interface TextDefinition extends TowerDefinition {
  readonly tower: "text";
  /** What has a logit: rows of the head. */
  readonly vocabularySize: number;
  /** What may be read: rows of the embedding, no fewer. */
  readonly embeddingRows: number;
  readonly maximumTokens: number;
  readonly embeddingWeights: readonly WeightSlot[];
  readonly headWeights: readonly WeightSlot[];
  /** The tensor of a head that does not share the embedding's matrix, whether or not this one does. */
  readonly ownHead: string;
  /** One new token per sample: inputs of forward less the bias, plus `past_key`, `past_value`; outputs as with cache. */
  readonly decode: GraphFunction<DecodeOptions>;
  /**
   * All layers in one graph of fused operators, for generation; ports of layer l are named as in `forward`, with `.l`
   * behind. Inputs `hidden` [batch · tokens, width], the weights and masks of all layers, the rotary tables of each kind of
   * layers (`ropePort`) [slots, head size / 2], of the sample's token in each slot, `last_slots` int32 [batch] (slot of each sample's last real token), `slots` int32 [1]
   * (of the longest sample, in the CPU's memory), and the cache, `past_key.l` and `past_value.l` [batch, key/value heads,
   * room, head size]. Outputs `hidden_out`, and `key_out.l`, `value_out.l` with as many slots as the cache has room, or as
   * are used where those are more; they may be the same tensors as the cache. Padding of a first pass stands behind the
   * real tokens; later tokens take its slots, so that a sample's slots hold nothing but its tokens. Null where
   * onnxruntime's attention does not take heads of this size.
   */
  readonly generation: GraphFunction<GenerationOptions> | null;
  /**
   * The same from ids to ids in one graph for any batch, with cache and compensation, weights outside the layers as
   * further inputs: `ids` int32 [batch, tokens], `features` [m, width], `index` int32 [batch · tokens] (rows of the embedded ids, behind them
   * those of the features), `vectors` (of each layer `attention_mask`, `mlp_mask`, `attention_compensation` and `mlp_compensation`, one after another), `positions` int32 [batch] (row of each sample's last token) → `ids_out` int32 [batch, 1], the
   * first id with the largest logit, and that logit, `best_logits` [batch, 1]; `logits` where asked for. For backends
   * that hold weights as constants; null where there is no `generation` or the vocabulary's tables are in parts.
   */
  readonly wholeGeneration: GraphFunction<{ readonly logits?: boolean }> | null;
  /** `past_key`, `past_value` and `index` int32 [picked] → `key_out`, `value_out` of the samples that are picked. */
  readonly pickSamples: GraphFunction;
  /** `past_key`, `past_value` and `room` [batch, heads, slots, head size], all of equal sizes but for slots → `key_out`, `value_out`: `room` behind either. */
  readonly extendCache: GraphFunction;
  /** `ids` int32 [rows] → `hidden_out` [rows, width]. */
  readonly embed: GraphFunction<MatrixFormat>;
  /** `hidden` [rows, width], `positions` int32 [picked] → `logits` [picked, vocabulary]. */
  readonly head: GraphFunction<MatrixFormat>;
  /**
   * Gradient of Σ_p weight_p · NLL(target_p), or of Σ_p weight_p · P(target_p), by `hidden`, for several such losses
   * at once: `hidden`, `positions`,
   * `inverse` int32 [rows] (where each row went, or `picked`), `targets` int32 [picked, 1], `weights.c` [picked, 1]
   * → `hidden_gradient.c` [rows, width]. Null where the table is in parts.
   */
  readonly headGradient: GraphFunction<{ readonly losses: readonly HeadLoss[] }> | null;
  /** The head and its gradient with one part of the table at a time; null where the table is in one piece. */
  readonly headInParts: HeadInParts | null;
}

/** How many rows a frame has in either tower. */
export type FrameRows = Pick<Frame, "patches" | "tokens">;

/** Input of a graph of all layers for the rotary table of the layers that take these `feeds`. */
export function ropePort(table: "cosine" | "sine", feeds: string): string {
  return feeds === ALL_LAYERS ? `rope_${table}` : `rope_${table}.${feeds}`;
}

/**
 * How positions of tokens are counted in a tower whose layers all count them alike.
 *
 * @throws PivotscopeError `internal` for a tower of several ways or none.
 */
export function onlyPositions({ tower, feeds }: Pick<TowerDefinition, "tower" | "feeds">): PositionScheme {
  const [only, ...others] = Object.values(feeds);
  invariant(only?.positions && others.length === 0, `The layers of the ${tower} tower do not count positions alike.`);
  return only.positions;
}

/** How normalised pixels lie in an array, and in a picture where this one was cut. */
export interface PixelLayout {
  readonly shape: readonly number[];
  /** Rows and columns of pieces of the picture, where `shape` counts them first. */
  readonly pieces?: FrameGrid;
}

export interface VisionDefinition extends TowerDefinition {
  readonly tower: "vision";
  /** Id of the token that stands for one row of a picture's features. */
  readonly imageTokenId: number;
  /** Side of a picture, in pixels, that the processor need not resample. */
  readonly imageSize: number;
  /** Rows of the largest frame there is, in either tower: what plans reckon with. */
  readonly largestFrame: FrameRows;
  /** Numbers of one patch. */
  readonly patchValues: number;
  /** Shape of the pixels that `frameOf` takes when nobody says: of the largest frame, height and width last. */
  readonly pixelShape: readonly number[];
  /** Where pictures may have any size: their height and width are multiples of so many pixels. */
  readonly pixelStep?: number;
  /** Most pieces that a picture is cut into before it becomes one frame, each of `pixelShape`; not cut when absent. */
  readonly pixelPieces?: number;
  /** A frame of normalised pixels, for those that do not come out of the checkpoint's processor. */
  frameOf(pixels: Float32Array, layout?: PixelLayout): Frame;
  /** Width of the text tower that the connector maps to. */
  readonly textWidth: number;
  readonly embeddingWeights: readonly WeightSlot[];
  readonly connectorWeights: readonly WeightSlot[];
  readonly forward: GraphFunction<VisionForwardOptions>;
  /**
   * How pictures enter the text tower: their features take the place of the rows of image tokens, or layers attend to them
   * (`LayerFeeds.pictures`).
   */
  readonly entrance: "rows" | "attention";
  /** Layers whose outputs the connector reads as well, rising: its inputs `states.0…`, beside the last hidden states. */
  readonly connectorLayers: readonly number[];
  /**
   * Text layers behind which the connector's further outputs `features.0…` are added to the rows of image tokens, one
   * output for each.
   */
  readonly addedBehind: readonly number[];
  /** `patches` [batch · patches, numbers of a patch] and the embedding's weights → `hidden_out`. */
  readonly embed: GraphFunction<FrameBatch & MatrixFormat>;
  /** `hidden`, `states.k` → `features` [batch · rows of a frame's features, textWidth], `features.k` of the same shape. */
  readonly connector: GraphFunction<FrameBatch & MatrixFormat>;
  /**
   * `hidden`, `states.k`, `gradient.c` by the features and `gradient.k.c` by `features.k` → `hidden_gradient.c`,
   * `states_gradient.k.c`.
   */
  readonly connectorBackward: GraphFunction<BatchSize & { readonly losses: number }>;
  /** `text` [rows, textWidth], `features` [m, textWidth], `index` int32 [rows] → `hidden_out`. */
  readonly merge: GraphFunction;
}

export interface ModelDefinition {
  /** `Architecture.name`. */
  readonly architecture: string;
  readonly text: TextDefinition;
  /** What only a vision tower has; whatever both have is asked of `towersOf`. */
  readonly vision: VisionDefinition | null;
}

/** All towers of a model, in the order of `TOWERS`. */
export function towersOf({ text, vision }: Pick<ModelDefinition, "text" | "vision">): readonly TowerDefinition[] {
  return vision ? [text, vision] : [text];
}

/** Modules of a tower, attention before MLP, layer by layer. @param unitCost parameters of a unit of either kind. */
export function towerModules(
  tower: Tower,
  layers: readonly LayerWidths[],
  unitCost: Readonly<Record<ModuleKind, number>>,
): Module[] {
  return layers.flatMap(({ attentionUnits, mlpUnits }, layer) =>
    (["attn", "mlp"] as const).map((kind) => ({
      key: moduleKey(tower, layer, kind),
      tower,
      layer,
      kind,
      unitCount: kind === "attn" ? attentionUnits : mlpUnits,
      unitCost: unitCost[kind],
    })),
  );
}
