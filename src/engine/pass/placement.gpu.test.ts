/**
 * Every node of every graph must run on the GPU: one node that falls back to the CPU costs a round trip per layer and
 * shows nowhere but in the clock. onnxruntime says where nodes went only in its verbose log.
 */

import "../../models/testing/every-architecture.ts";
import * as ort from "onnxruntime-web/webgpu";
import { expect, it, vi } from "vitest";
import type { Graph } from "../../graph/graph.ts";
import { serialiseGraph } from "../../graph/serialise.ts";
import { visionDefinition } from "../../models/architectures/idefics3/vision.ts";
import { visionDefinition as anySizeDefinition } from "../../models/architectures/qwen2-vl/vision.ts";
import { visionDefinition as deepDefinition } from "../../models/architectures/qwen3-vl/vision.ts";
import { architectureOf, parseModelConfig } from "../../models/architectures/registry.ts";
import { decoderDefinition } from "../../models/architectures/shared/decoder/decoder.ts";
import { requestDevice } from "../../runtime/webgpu/device.ts";
import { HEAD_LOSSES, LOSS_TAPS } from "../calibrate/calibration-plan.ts";
import { lineNormsGraph } from "../calibrate/line-norms.ts";
import { rowProducts } from "../measure/layer-views.ts";
import { definitionGraphs } from "../testing/definition-graphs.ts";
import { GENERATION_CONFIG } from "../testing/generation-suite.ts";
import { compensationGraph } from "./compensation.ts";
import { addPickedGraph, joinGraph, pickGraph, pickPaddedGraph, sumGraph } from "./rows.ts";
import { layerOf } from "./towers.ts";
import { widenGraph } from "./weight-precision.ts";

const config = { ...GENERATION_CONFIG, layers: 2 };
const names = { prefix: "model", head: "lm_head.weight" };
const text = decoderDefinition(config, names);
/** The same with its vocabulary in parts. */
const parted = decoderDefinition(config, names, { vocabularyParts: 3 });
const vision = visionDefinition({
  vision: {
    hiddenSize: 24,
    intermediateSize: 40,
    layers: 2,
    heads: 3,
    channels: 3,
    imageSize: 32,
    patchSize: 8,
    normEpsilon: 1e-6,
    activation: "gelu_pytorch_tanh",
  },
  scaleFactor: 2,
  imageTokenId: 0,
  text: { hiddenSize: 64 },
});

/** A tower of pictures of any size. */
const anySize = anySizeDefinition({
  vision: {
    hiddenSize: 32,
    intermediateSize: 48,
    layers: 2,
    heads: 2,
    channels: 3,
    patchSize: 4,
    times: 2,
    mergeSize: 2,
    norm: "layer",
    normEpsilon: 1e-6,
    mlp: "quickGelu",
    theta: 10_000,
    side: 8,
  },
  text: { hiddenSize: 64 },
  imageTokenId: 0,
});
const anySizeShape = layerOf(anySize, 0).shape;
/** The same with a table of positions that is stretched over the picture, and features of a layer inside. */
const deep = deepDefinition({
  vision: {
    hiddenSize: 32,
    intermediateSize: 48,
    layers: 2,
    heads: 2,
    channels: 3,
    patchSize: 4,
    times: 2,
    mergeSize: 2,
    norm: "layer",
    normEpsilon: 1e-6,
    mlp: "geluTanh",
    theta: 10_000,
    patchBias: true,
    tableSide: 6,
    side: 8,
  },
  deepLayers: [0],
  text: { hiddenSize: 64 },
  imageTokenId: 0,
});

/** Models with layers of several kinds. */
const ofKinds = [
  {
    model_type: "gemma3",
    image_token_index: 5,
    mm_tokens_per_image: 4,
    text_config: { hidden_size: 48, intermediate_size: 40, vocab_size: 64, head_dim: 16, sliding_window_pattern: 2 },
    vision_config: { hidden_size: 24, intermediate_size: 40, num_attention_heads: 3, image_size: 32, patch_size: 8 },
  },
  {
    model_type: "mllama",
    image_token_index: 64,
    text_config: {
      hidden_size: 48,
      intermediate_size: 40,
      vocab_size: 64,
      num_attention_heads: 6,
      num_key_value_heads: 3,
      num_hidden_layers: 2,
      cross_attention_layers: [1],
    },
    vision_config: {
      hidden_size: 24,
      intermediate_size: 40,
      attention_heads: 3,
      image_size: 16,
      patch_size: 8,
      num_hidden_layers: 2,
      num_global_layers: 2,
      intermediate_layers_indices: [0, 1],
    },
  },
].flatMap((json) => {
  const found = parseModelConfig(JSON.stringify(json));
  return definitionGraphs(architectureOf(found).define(found));
});

function fusedGeneration(...parameters: Parameters<NonNullable<typeof text.generation>>): Graph {
  if (!text.generation) throw new Error("The decoder of this test has a fused graph.");
  return text.generation(...parameters);
}

function headGradient(): Graph {
  if (!text.headGradient) throw new Error("The vocabulary of this test is in one piece.");
  return text.headGradient({ losses: HEAD_LOSSES });
}

function headInParts(): Graph[] {
  const head = parted.headInParts;
  if (!head) throw new Error("The vocabulary of this test is in parts.");
  return [
    head.rows({}),
    head.logits({ precision: "float16" }),
    head.join({}),
    head.residual({}),
    head.columns({ rows: [32, 64] }),
    head.back({ precision: "float16" }),
    head.rowsBack({ losses: HEAD_LOSSES }),
  ];
}

const graphs: Graph[] = [
  text.embed({}),
  text.forward({ ...layerOf(text, 0).shape, batch: 2, modules: true, inputs: true, cache: true }),
  text.backward({ ...layerOf(text, 0).shape, batch: 2, losses: LOSS_TAPS }),
  text.forward({ ...layerOf(text, 0).shape, batch: 2, cache: true, compensation: true }),
  text.decode({ ...layerOf(text, 0).shape, batch: 1 }),
  text.decode({ ...layerOf(text, 0).shape, batch: 2, padded: true, ownPositions: true }),
  text.decode({ ...layerOf(text, 0).shape, batch: 2, padded: true, ownPositions: true, compensation: true }),
  fusedGeneration({ batch: 1 }),
  fusedGeneration({ batch: 1, precision: "float16" }),
  fusedGeneration({ batch: 2, compensation: true }),
  text.pickSamples({}),
  text.head({}),
  headGradient(),
  parted.embed({}),
  parted.head({}),
  parted.head({ precision: "float16" }),
  ...headInParts(),
  joinGraph({ parts: 4 }),
  sumGraph(),
  pickGraph(),
  pickPaddedGraph(),
  addPickedGraph(),
  vision.embed({ batch: 2 }),
  vision.forward({ ...layerOf(vision, 0).shape, batch: 2, modules: true, inputs: true }),
  vision.forward({ ...layerOf(vision, 0).shape, batch: 2, compensation: true }),
  vision.backward({ ...layerOf(vision, 0).shape, batch: 2, losses: LOSS_TAPS }),
  deep.embed({ batch: 2 }),
  deep.embed({ batch: 1, precision: "float16" }),
  deep.connector({ batch: 2 }),
  deep.connectorBackward({ batch: 2, losses: HEAD_LOSSES.length }),
  anySize.embed({ batch: 2 }),
  anySize.forward({ ...anySizeShape, batch: 2, modules: true, inputs: true, ownPositions: true, bias: "keys" }),
  anySize.forward({ ...anySizeShape, batch: 1, bias: "shared", compensation: true, precision: "float16" }),
  anySize.backward({ ...anySizeShape, batch: 2, losses: LOSS_TAPS, ownPositions: true, bias: "own" }),
  anySize.connector({ batch: 2 }),
  anySize.connector({ batch: 1, precision: "float16" }),
  anySize.connectorBackward({ batch: 2, losses: HEAD_LOSSES.length }),
  vision.connector({ batch: 2 }),
  vision.connectorBackward({ batch: 2, losses: HEAD_LOSSES.length }),
  vision.merge({}),
  text.embed({ precision: "float16" }),
  text.head({ precision: "float16" }),
  text.forward({ ...layerOf(text, 0).shape, batch: 2, cache: true, precision: "float16" }),
  text.decode({
    ...layerOf(text, 0).shape,
    batch: 2,
    padded: true,
    ownPositions: true,
    compensation: true,
    precision: "float16",
  }),
  fusedGeneration({ batch: 2, precision: "float16" }),
  vision.embed({ batch: 2, precision: "float16" }),
  vision.forward({ ...layerOf(vision, 0).shape, batch: 2, compensation: true, precision: "float16" }),
  vision.connector({ batch: 2, precision: "float16" }),
  widenGraph({
    ranks: [
      ["query", 2],
      ["patch", 2],
    ],
  }),
  lineNormsGraph({ tower: "text", scored: layerOf(text, 0).scored }),
  lineNormsGraph({ tower: "vision", scored: layerOf(vision, 0).scored }),
  rowProducts({ width: 32 }),
  compensationGraph(),
  ...ofKinds,
];

/** onnxruntime keeps the console functions that it finds when it starts, so they are replaced before that, once. */
function captureConsole(): string[] {
  const lines: string[] = [];
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, name).mockImplementation((...parts: unknown[]) => {
      lines.push(parts.join(" "));
    });
  }
  return lines;
}

it("places all nodes of every graph on the GPU", async () => {
  const lines = captureConsole();
  // onnxruntime's own settings are made when the product's module is loaded.
  await import("../../runtime/browser.ts");
  ort.env.logLevel = "verbose";
  ort.env.wasm.numThreads = 1;
  const device = await requestDevice({ largestBuffer: 0 });
  for (const graph of graphs) {
    lines.length = 0;
    await ort.InferenceSession.create(serialiseGraph(graph), {
      executionProviders: [{ name: "webgpu", device } as ort.InferenceSession.ExecutionProviderConfig],
      graphOptimizationLevel: "basic",
      logSeverityLevel: 0,
    });
    const placements = lines.filter((line) => line.includes("placed on")).map((line) => line.replace(/^.*\] {2}/, ""));
    expect(placements, graph.name).toHaveLength(1);
    expect(placements[0], graph.name).toMatch(/^All nodes placed on \[WebGpuExecutionProvider\]/);
  }
  device.destroy();
});
