/**
 * The decoder that Llama made common: RMSNorm, rotary positions, grouped-query attention, SwiGLU. It is a model of its own
 * (text only) and the text tower of others.
 */
import { GraphBuilder } from "../../../../graph/graph.ts";
import { concatenate, gatherFirst } from "../../../../graph/operations/structure.ts";
import { ALL_LAYERS, type LayerFeeds, type LayerWidths, type TextDefinition, towerModules } from "../../definition.ts";
import { type AttentionScheme, causalAttention } from "../attention-scheme.ts";
import { countedPositions, type PositionScheme, plainPlan, type RotaryPlan } from "../rope.ts";
import type { DecoderConfig } from "./config.ts";
import { FUSED_HEAD_STEP } from "./fused-attention.ts";
import { generationGraph, wholeGenerationGraph } from "./generation.ts";
import { headInParts } from "./head-in-parts.ts";
import { backwardGraph, forwardGraph } from "./layer-graphs.ts";
import { type DecoderNames, headsPerUnit, LAYER_KINDS, layerSpec } from "./layer-spec.ts";
import { normSlot } from "./norms.ts";
import { rotaryPlan } from "./rope-config.ts";
import { embeddingRows, embedGraph, headGradientGraph, headGraph, vocabularySlots } from "./vocabulary.ts";

/** See `DefinitionOptions`. */
interface DecoderOptions {
  readonly vocabularyParts?: number | undefined;
  readonly widths?: readonly LayerWidths[] | undefined;
  /** How tokens are counted; from 0 on when absent. */
  readonly positions?: (plan: RotaryPlan) => PositionScheme;
  /** Which tokens a token sees, `window` at most where there is one; those before it when absent. */
  readonly attention?: (window?: number) => AttentionScheme;
}

/** What each kind of layers is fed. */
function feedsOfKinds(config: DecoderConfig, options: DecoderOptions): Record<string, LayerFeeds> {
  const { sliding, headSize } = config;
  const { positions = countedPositions, attention = causalAttention } = options;
  const whole = { positions: positions(rotaryPlan(config)), attention: attention() };
  if (!sliding) return { [ALL_LAYERS]: whole };
  const { window, ropeTheta } = sliding;
  const near = {
    positions: positions(plainPlan(headSize, ropeTheta)),
    attention: attention(window),
  };
  return { [LAYER_KINDS.sliding]: near, [LAYER_KINDS.global]: whole };
}

/** Parameters of a group of heads: rows of queries, keys and values with their biases, and columns of the output. */
function groupCost(config: DecoderConfig): number {
  const { headSize, hiddenSize, inputBias } = config;
  const repeat = headsPerUnit(config);
  return (2 + 2 * repeat) * headSize * hiddenSize + (inputBias ? (repeat + 2) * headSize : 0);
}

/**
 * The decoder of `config` whose tensors are named as `names` says. `vocabularyParts`: parts that embedding and head are
 * cut into, see `vocabularyParts` of the engine's memory plan.
 */
export function decoderDefinition(
  config: DecoderConfig,
  names: DecoderNames,
  options: DecoderOptions = {},
): TextDefinition {
  const { vocabularyParts = 1, widths } = options;
  const { hiddenSize: width, vocabularySize, headSize } = config;
  const repeat = headsPerUnit(config);
  const dense = { attentionUnits: config.keyValueHeads, mlpUnits: config.intermediateSize };
  const units = widths ?? config.widths ?? Array.from({ length: config.layers }, () => dense);
  const layers = units.map((own, layer) => layerSpec(config, names, layer, own));
  const embeddingTensor = `${names.prefix}.embed_tokens.weight`;
  const headTensor = config.tieWordEmbeddings ? embeddingTensor : names.head;
  const embeddingShape = [embeddingRows(config), width] as const;
  const embeddingWeights = vocabularySlots("embedding", embeddingTensor, embeddingShape, vocabularyParts);
  const headTable = vocabularySlots("head", headTensor, [vocabularySize, width], vocabularyParts);
  const inOnePiece = vocabularyParts === 1 ? headTable[0] : undefined;
  const fused = headSize % FUSED_HEAD_STEP === 0;
  return {
    tower: "text",
    layers,
    width,
    vocabularySize,
    embeddingRows: embeddingShape[0],
    headSize,
    feeds: feedsOfKinds(config, options),
    maximumTokens: config.maximumPositions,
    modules: towerModules("text", units, { attn: groupCost(config), mlp: 3 * width }),
    columnsPerAttentionUnit: repeat * headSize,
    embeddingWeights,
    headWeights: [normSlot(config, "norm", `${names.prefix}.norm.weight`, width), ...headTable],
    ownHead: names.head,
    projections: { attn: "output", mlp: "down" },
    forward: (options) =>
      forwardGraph(config, names, { ...options, decode: false }, options, `text layer, batch ${options.batch}`),
    backward: (options) => backwardGraph(config, names, options),
    decode: (options) =>
      forwardGraph(
        config,
        names,
        { ...options, decode: true },
        { cache: true },
        `text layer decode, batch ${options.batch}`,
      ),
    generation: fused ? (options) => generationGraph(config, layers, options) : null,
    wholeGeneration: fused && vocabularyParts === 1 ? (options) => wholeGenerationGraph(config, layers, options) : null,
    pickSamples() {
      const builder = new GraphBuilder("pick samples");
      const index = builder.input("index", ["N"], "int32");
      for (const name of ["key", "value"]) {
        const past = builder.input(`past_${name}`, ["B", "H", "P", headSize]);
        builder.output(`${name}_out`, gatherFirst(builder, past, index));
      }
      return builder.build();
    },
    extendCache() {
      const builder = new GraphBuilder("extend cache");
      const room = builder.input("room", ["B", "H", "R", headSize]);
      for (const name of ["key", "value"]) {
        const past = builder.input(`past_${name}`, ["B", "H", "P", headSize]);
        builder.output(`${name}_out`, concatenate(builder, past, room, 2, "S"));
      }
      return builder.build();
    },
    embed: ({ precision }) => embedGraph(config, embeddingWeights, precision),
    head: ({ precision }) => headGraph(config, headTable, precision),
    headGradient: inOnePiece ? ({ losses }) => headGradientGraph(config, inOnePiece, losses) : null,
    headInParts: inOnePiece ? null : headInParts(config, headTable),
  };
}
