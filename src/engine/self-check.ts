/**
 * Compares half precision with single precision on the device at hand, before a model computes in it.
 *
 * GPU drivers have computed float16 products wrongly without a word: tiles of 8 × 16 × 16 on some (onnxruntime #32306),
 * overflow to infinity on others (#26367, #31626). So one layer of each tower and a head, in SmolVLM's widths and with
 * random weights, run in both precisions on the same numbers: norms, softmax, products of 64 to 3072 terms, for one row,
 * for a number of rows that no tile divides, and for whole tiles. Weights are rounded first, so that what differs is
 * the arithmetic alone.
 */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { widenFloat16 } from "../core/float16.ts";
import type { Graph } from "../graph/graph.ts";
import type { WeightSlot } from "../models/architectures/definition.ts";
import { visionDefinition } from "../models/architectures/idefics3.ts";
import { llamaDefinition } from "../models/architectures/llama.ts";
import { weightType } from "../models/architectures/mixed-precision.ts";
import { type Backend, type Feeds, output, type Tensor } from "../runtime/backend.ts";
import type { Precision } from "./contract.ts";
import { allowedError, judgeError, precisionError } from "./half-precision-error.ts";
import { createNumbers, type RandomNumbers, randomWeights } from "./random-weights.ts";
import { causalBias, rotaryTables } from "./rope.ts";

/** Null when half precision is right on this device; otherwise one sentence that says what is off, with both numbers. */
export type SelfCheckResult = string | null;

const TEXT = llamaDefinition(
  {
    vocabularySize: 1024,
    hiddenSize: 576,
    intermediateSize: 1536,
    layers: 1,
    heads: 9,
    keyValueHeads: 3,
    headSize: 64,
    normEpsilon: 1e-5,
    ropeTheta: 1e5,
    maximumPositions: 256,
    tieWordEmbeddings: false,
  },
  { prefix: "text", head: "head" },
);
const VISION = visionDefinition(
  {
    hiddenSize: 768,
    intermediateSize: 3072,
    layers: 1,
    heads: 12,
    channels: 3,
    imageSize: 64,
    patchSize: 8,
    normEpsilon: 1e-6,
    activation: "gelu_pytorch_tanh",
  },
  4,
  576,
);

/** Rows of the text layer: a new token, a number that no tile divides, whole tiles. */
const TEXT_ROWS = [1, 37, 64];

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

function probes(numbers: RandomNumbers): Probe[] {
  const textRun = (tokens: number): Numbers => {
    const { cosine, sine } = rotaryTables(0, tokens, TEXT.headSize, TEXT.ropeTheta);
    return {
      hidden: hiddenStates(numbers, tokens, TEXT.width),
      rope_cosine: { data: cosine, dims: [tokens, TEXT.headSize] },
      rope_sine: { data: sine, dims: [tokens, TEXT.headSize] },
      attention_bias: { data: causalBias(tokens), dims: [tokens, tokens] },
      attention_mask: ones(TEXT.attentionColumns),
      mlp_mask: ones(TEXT.mlpColumns),
    };
  };
  const attention = (width: number) => [width, width, width, width, 64, 64];
  return [
    {
      name: "text layer",
      weights: TEXT.layerWeights(0),
      graph: (precision) => TEXT.forward(1, { modules: true, precision }),
      runs: TEXT_ROWS.map(textRun),
      compared: [
        { output: "attention_output", terms: attention(TEXT.width) },
        { output: "mlp_output", terms: [...attention(TEXT.width), TEXT.width, TEXT.width, TEXT.mlpColumns] },
      ],
    },
    {
      name: "vision layer",
      weights: VISION.layerWeights(0),
      graph: (precision) => VISION.forward(1, { modules: true, precision }),
      runs: [
        {
          hidden: hiddenStates(numbers, VISION.patches, VISION.width),
          attention_mask: ones(VISION.attentionColumns),
          mlp_mask: ones(VISION.mlpColumns),
        },
      ],
      compared: [
        { output: "attention_output", terms: attention(VISION.width) },
        { output: "mlp_output", terms: [...attention(VISION.width), VISION.width, VISION.mlpColumns] },
      ],
    },
    {
      name: "head",
      weights: TEXT.headWeights,
      graph: (precision) => TEXT.head(precision),
      runs: [1, 5].map((rows) => ({
        hidden: hiddenStates(numbers, rows, TEXT.width),
        positions: { data: Int32Array.from({ length: rows }, (_, row) => row), dims: [rows] },
      })),
      compared: [{ output: "logits", terms: [TEXT.width] }],
    },
  ];
}

/** The compared outputs of all runs of `probe` in one precision. */
async function runProbe(
  backend: Backend,
  probe: Probe,
  weights: ReadonlyMap<string, Float32Array | Uint16Array>,
  precision: Precision,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const owned: Tensor[] = [];
  const own = (tensor: Tensor) => {
    owned.push(tensor);
    return tensor;
  };
  const program = await backend.compile(probe.graph(precision));
  try {
    const fed: Feeds = Object.fromEntries(
      probe.weights.map(({ input, shape }) => {
        const stored = weights.get(input) ?? new Float32Array();
        const single = weightType(shape, precision) === "float32" && stored instanceof Uint16Array;
        return [input, own(backend.upload(single ? widenFloat16(stored) : stored, shape))];
      }),
    );
    const results: Float32Array[] = [];
    for (const run of probe.runs) {
      throwIfCancelled(signal);
      const inputs = Object.entries(run).map(([name, { data, dims }]) => {
        return [name, own(backend.upload(data, dims))] as const;
      });
      const outputs = await backend.run(program, { ...fed, ...Object.fromEntries(inputs) });
      Object.values(outputs).forEach(own);
      for (const compared of probe.compared) results.push(await backend.read(output(outputs, compared.output)));
    }
    return results;
  } finally {
    backend.release(...owned);
    await backend.discard(program);
  }
}

/**
 * Runs the check on `backend`, which must have float16. Takes about a second; nothing stays allocated.
 * Throws `cancelled` and `device-lost`; any other failure of half precision is a result.
 */
export async function checkHalfPrecision(backend: Backend, signal?: AbortSignal): Promise<SelfCheckResult> {
  const numbers = createNumbers();
  for (const probe of probes(numbers)) {
    const weights = randomWeights(probe.weights, numbers);
    let half: Float32Array[];
    try {
      half = await runProbe(backend, probe, weights, "float16", signal);
    } catch (error) {
      if (error instanceof PivotscopeError && ["cancelled", "device-lost"].includes(error.code)) throw error;
      return `The ${probe.name} does not run: ${error instanceof Error ? error.message : String(error)}`;
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
