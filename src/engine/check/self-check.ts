/**
 * Compares half precision with single precision on the device at hand, before a model computes in it.
 *
 * GPU drivers have computed float16 products wrongly without a word: tiles of 8 × 16 × 16 on some (onnxruntime #32306),
 * overflow to infinity on others (#26367, #31626). onnxruntime chooses its kernels by the shapes of products, so one layer of
 * each tower, the patch embedding and a head, in the widths of the model that is to be loaded and with random weights, run
 * in both precisions on the same numbers. Weights are rounded first, so that what differs is the arithmetic alone.
 *
 * Text runs for one row, for a number of rows that no tile divides, and for whole tiles, with 1024 entries of the vocabulary.
 * The patch embedding runs for all patches of a frame, up to 32 × 32, the vision layer for up to 16 × 16, a fifth of
 * the work; where a frame has more, two heads of it run for all, because attention adds up as many terms in half precision.
 * The connector and the text's attention compute in float32 and are no part of this.
 */
import { PivotscopeError, reasonOf, throwIfCancelled } from "../../core/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Precision } from "../../graph/precision.ts";
import type { Bounds } from "../../models/architectures/architecture.ts";
import {
  ALL_LAYERS,
  type LayerSpec,
  type PositionInputs,
  type TextDefinition,
  type TowerDefinition,
  type VisionDefinition,
  type WeightSlot,
} from "../../models/architectures/definition.ts";
import { architectureOf, type ModelConfig } from "../../models/architectures/registry.ts";
import { biasDims, biasOption } from "../../models/architectures/shared/attention-scheme.ts";
import { ANY_SEQUENCE, type PositionedSample, rotaryTables } from "../../models/architectures/shared/rope.ts";
import { type Backend, elementCount, output } from "../../runtime/backend.ts";
import type { SelfCheckResult } from "../load/self-check-result.ts";
import { openScope } from "../pass/scope.ts";
import { layerOf } from "../pass/towers.ts";
import { allowedError, judgeError, precisionError } from "./half-precision-error.ts";
import { createNumbers, type RandomNumbers, randomWeights, uploadRandom } from "./random-weights.ts";

/** Rows of the text layer: a new token, a number that no tile divides, whole tiles. */
const TEXT_ROWS = [1, 37, 64];

/** Entries of the vocabulary that the head is run with, at most. */
const VOCABULARY = 1024;

/** Patches to a side of a frame, at most: as many as SmolVLM-256M and SmolVLM-500M have. */
const LARGEST_SIDE = 32;
/** The same for a layer in all its width. */
const LAYER_SIDE = 16;

/** Heads that run for all patches where the whole layer runs for fewer. */
const HEADS = 2;

/** What one graph is fed beside its weights. */
type Numbers = Readonly<Record<string, { readonly data: Float32Array | Int32Array; readonly dims: readonly number[] }>>;

/** A graph that is run in both precisions. */
interface Probe {
  readonly name: string;
  readonly weights: readonly WeightSlot[];
  readonly graph: (precision: Precision) => Graph;
  readonly runs: readonly Numbers[];
  /** Outputs that are compared, and the terms of the products on the way to them. */
  readonly compared: readonly { readonly output: string; readonly terms: readonly number[] }[];
}

/** Hidden states as layers have them: most entries about 1, some channels much larger. */
function hiddenStates(numbers: RandomNumbers, rows: number, width: number) {
  const data = numbers(rows * width, 1).map((value, index) => ((index % width) % 97 === 0 ? 16 * value : value));
  return { data, dims: [rows, width] };
}

function ones(length: number) {
  return { data: new Float32Array(length).fill(1), dims: [length] };
}

/** Positions and biases of one sequence for a layer's graph, and the options of the graph that takes them. */
function sharedNumbers(
  { feeds, headSize, tower }: TowerDefinition,
  { feeds: name = ALL_LAYERS }: LayerSpec,
  sequence: PositionedSample,
  rows: number,
): { readonly numbers: Numbers; readonly options: PositionInputs } {
  const { positions = null, attention = null } = feeds[name] ?? {};
  const tables = positions && rotaryTables(positions.plan, positions.of(sequence, 0, rows));
  const bias = attention?.bias([sequence], rows) ?? null;
  return {
    numbers: {
      ...(tables && {
        rope_cosine: { data: tables.cosine, dims: [rows, headSize] },
        rope_sine: { data: tables.sine, dims: [rows, headSize] },
      }),
      ...(bias && { attention_bias: { data: bias.values, dims: biasDims(bias.shape, 1, rows) } }),
    },
    options: bias ? biasOption(tower, bias.shape) : {},
  };
}

function textProbes(text: TextDefinition, numbers: RandomNumbers): Probe[] {
  const { width } = text;
  const spec = layerOf(text, 0);
  const { shape, attentionColumns, mlpColumns, weights } = spec;
  const run = (tokens: number): Numbers => {
    return {
      hidden: hiddenStates(numbers, tokens, width),
      ...sharedNumbers(text, spec, ANY_SEQUENCE, tokens).numbers,
      attention_mask: ones(attentionColumns),
      mlp_mask: ones(mlpColumns),
    };
  };
  const { options } = sharedNumbers(text, spec, ANY_SEQUENCE, 1);
  const attention = [width, width, width, attentionColumns];
  return [
    {
      name: "text layer",
      weights,
      graph: (precision) => text.forward({ ...shape, ...options, batch: 1, modules: true, precision }),
      runs: TEXT_ROWS.map(run),
      compared: [
        { output: "attention_output", terms: attention },
        { output: "mlp_output", terms: [...attention, width, width, mlpColumns] },
      ],
    },
    {
      name: "head",
      weights: text.headWeights,
      graph: (precision) => text.head({ precision }),
      runs: [1, 5].map((rows) => ({
        hidden: hiddenStates(numbers, rows, width),
        positions: { data: Int32Array.from({ length: rows }, (_, row) => row), dims: [rows] },
      })),
      compared: [{ output: "logits", terms: [width] }],
    },
  ];
}

function patchProbe(vision: VisionDefinition, numbers: RandomNumbers): Probe {
  const { patches } = vision.largestFrame;
  const { patchValues: values } = vision;
  // What it takes beside the patches, of an empty picture.
  const { feeds = {} } = vision.frameOf(new Float32Array(elementCount(vision.pixelShape)));
  const further = Object.entries(feeds).map(([name, { values: data, shape: dims }]) => [name, { data, dims }]);
  return {
    name: "patch embedding",
    weights: vision.embeddingWeights,
    graph: (precision) => vision.embed({ batch: 1, precision }),
    runs: [
      { ...Object.fromEntries(further), patches: { data: numbers(patches * values, 1), dims: [patches, values] } },
    ],
    compared: [{ output: "hidden_out", terms: [values] }],
  };
}

function visionProbe(name: string, vision: VisionDefinition, numbers: RandomNumbers): Probe {
  const { patches } = vision.largestFrame;
  const { width, headSize } = vision;
  const spec = layerOf(vision, 0);
  const { shape, attentionColumns, mlpColumns, weights } = spec;
  const side = Math.sqrt(patches);
  const frame = { ...vision.largestFrame, grid: { rows: side, columns: side } };
  const shared = sharedNumbers(vision, spec, { prompt: [], frames: [frame] }, patches);
  const attention = [width, width, width, headSize, patches, attentionColumns];
  return {
    name,
    weights,
    graph: (precision) => vision.forward({ ...shape, ...shared.options, batch: 1, modules: true, precision }),
    runs: [
      {
        ...shared.numbers,
        hidden: hiddenStates(numbers, patches, width),
        attention_mask: ones(attentionColumns),
        mlp_mask: ones(mlpColumns),
      },
    ],
    compared: [
      { output: "attention_output", terms: attention },
      { output: "mlp_output", terms: [...attention, width, mlpColumns] },
    ],
  };
}

/** Probes of a model of `config`: of its text tower, and of its vision tower where it has one. */
function probesOf(config: ModelConfig, numbers: RandomNumbers): Probe[] {
  const architecture = architectureOf(config);
  const within = (vision: Bounds["vision"] & object) =>
    architecture.define(architecture.smaller(config, { layers: 1, text: { vocabulary: VOCABULARY }, vision }));
  const { text, vision: layer } = within({ side: LAYER_SIDE });
  const probes = textProbes(text, numbers);
  if (layer === null) return probes;
  const { vision: whole } = within({ side: LARGEST_SIDE });
  const { vision: fewHeads } = within({ side: LARGEST_SIDE, heads: HEADS });
  if (whole) probes.push(patchProbe(whole, numbers));
  probes.push(visionProbe("vision layer", layer, numbers));
  if (fewHeads && fewHeads.largestFrame.patches > layer.largestFrame.patches)
    probes.push(visionProbe("vision attention", fewHeads, numbers));
  return probes;
}

/** The compared outputs of all runs of `probe` in one precision. */
async function runProbe(
  backend: Backend,
  probe: Probe,
  weights: ReadonlyMap<string, Float32Array | Uint16Array>,
  precision: Precision,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const program = await backend.compile(probe.graph(precision));
  try {
    using scope = openScope(backend);
    const fed = uploadRandom(scope, probe.weights, weights, precision);
    const results: Float32Array[] = [];
    for (const run of probe.runs) {
      throwIfCancelled(signal);
      const inputs = Object.entries(run).map(([name, { data, dims }]) => [name, scope.upload(data, dims)] as const);
      const outputs = await scope.run(program, { ...fed, ...Object.fromEntries(inputs) });
      for (const compared of probe.compared) results.push(await backend.read(output(outputs, compared.output)));
    }
    return results;
  } finally {
    await backend.discard(program);
  }
}

/**
 * Runs the check for a model of `config` on `backend`, which must have float16. For SmolVLM-256M it computes in either
 * precision less than half of what one vision layer does for a picture; nothing stays allocated. Throws `cancelled` and
 * `device-lost`; any other failure of half precision is a result.
 */
export async function checkHalfPrecision(
  backend: Backend,
  config: ModelConfig,
  signal?: AbortSignal,
): Promise<SelfCheckResult> {
  const numbers = createNumbers();
  for (const probe of probesOf(config, numbers)) {
    const weights = randomWeights(probe.weights, numbers);
    let half: Float32Array[];
    try {
      half = await runProbe(backend, probe, weights, "float16", signal);
    } catch (error) {
      if (error instanceof PivotscopeError && ["cancelled", "device-lost"].includes(error.code)) throw error;
      return `The ${probe.name} does not run: ${reasonOf(error)}`;
    }
    const single = await runProbe(backend, probe, weights, "float32", signal);
    for (const [index, expected] of single.entries()) {
      const compared = probe.compared[index % probe.compared.length];
      const found = precisionError(half[index] ?? new Float32Array(), expected);
      const what = `${compared?.output.replaceAll("_", " ")} of the ${probe.name}`;
      const message = judgeError(what, found, allowedError(compared?.terms ?? []));
      if (message !== null) return message;
    }
  }
  return null;
}
