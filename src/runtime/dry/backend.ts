/**
 * A backend that does no work and counts what the work would take: results have the sizes that follow from their graphs, every
 * number that is read is zero, kernels do nothing. For sizes that no device at hand could hold.
 *
 * What it counts are tensors, to the byte as other backends hold them; what a graph holds inside while it runs (an estimate, see
 * run-memory.ts); and constants of compiled graphs. What runtimes keep for themselves it does not know.
 */
import { invariant, PivotscopeError } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import type { ElementType, Graph } from "../../graph/graph.ts";
import { bytesOf, constantBytes, type RunMemory, runMemory, type Sizes } from "../../graph/run-memory.ts";
import type { Backend, Feeds, Program } from "../backend.ts";
import { kernelSetOf } from "../kernels/kernel-set.ts";
import { elementTypeOf } from "../ort-tensor.ts";
import { elementCount, type Tensor } from "../tensor.ts";

export interface DryBackend extends Backend {
  /** Bytes of tensors now. */
  readonly held: number;
  /** Most bytes at one time since the last `startCounting`: of everything, and of tensors alone. */
  readonly peak: number;
  readonly tensorPeak: number;
  startCounting(): void;
  /** A tensor that nobody has numbers for. */
  place(dims: readonly number[], type: Tensor["type"]): Tensor;
}

export interface DryOptions {
  readonly kind: Backend["kind"];
  /** Bytes that the device would bind at most. Larger tensors are refused, as the device would refuse them. */
  readonly largestBuffer: number;
}

function sizesOf(tensors: Feeds): Sizes {
  return Object.fromEntries(Object.entries(tensors).map(([name, { dims }]) => [name, dims]));
}

/** What was uploaded as a length is all that this backend knows the numbers of. */
function lengthsOf(tensors: Feeds): Readonly<Record<string, number>> {
  const lengths = Object.entries(tensors).map(([name, { handle }]) => [name, handle] as const);
  return Object.fromEntries(lengths.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}

function tensorType(type: ElementType): Tensor["type"] {
  invariant(type !== "bool", "Graphs give out no tensors of bool.");
  return type;
}

/** Layers of one shape run one graph on the same sizes again and again. */
function createRunMemory() {
  const known = new WeakMap<Graph, Map<string, RunMemory>>();
  return (graph: Graph, feeds: Feeds, places: Feeds): RunMemory => {
    const fed = graph.inputs.map(({ name }) => [feeds[name]?.dims, feeds[name]?.handle]);
    const key = JSON.stringify([fed, Object.entries(sizesOf(places))]);
    const own = known.get(graph) ?? new Map<string, RunMemory>();
    known.set(graph, own);
    const found = own.get(key) ?? runMemory(graph, sizesOf(feeds), sizesOf(places), lengthsOf(feeds));
    own.set(key, found);
    return found;
  };
}

/** Which of a kind's choices follow is what its real backend says of itself. */
export function createDryBackend({ kind, largestBuffer }: DryOptions): DryBackend {
  const sizes = new Map<Tensor, number>();
  let held = 0;
  let constants = 0;
  let tensorPeak = 0;
  let peak = 0;
  let runs = 0;
  const memoryOf = createRunMemory();
  const seen = (inside = 0) => {
    tensorPeak = Math.max(tensorPeak, held);
    peak = Math.max(peak, held + constants + inside);
  };
  const place = (dims: readonly number[], type: Tensor["type"], handle: number | null = null): Tensor => {
    const bytes = bytesOf(type, dims);
    if (bytes > largestBuffer) {
      throw new PivotscopeError(
        "out-of-memory",
        `A tensor [${dims.join(", ")}] takes ${formatBytes(bytes)}; this device allows ${formatBytes(largestBuffer)}.`,
        "Use shorter samples, or a smaller picture budget.",
      );
    }
    const tensor = { dims, type, handle };
    sizes.set(tensor, bytes);
    held += bytes;
    seen();
    return tensor;
  };
  return {
    kind,
    lost: new Promise(() => undefined),
    kernels: kernelSetOf<Tensor>(() => () => undefined),
    prepareKernel: async () => () => undefined,
    limits: { largestBuffer, float16: true },
    get uploadedBytes() {
      return held;
    },
    get runs() {
      return runs;
    },
    copiesFeeds: false,
    writesInPlace: kind === "webgpu",
    compile: async (graph) => {
      constants += constantBytes(graph);
      seen();
      return { graph, handle: null };
    },
    discard: async ({ graph }) => {
      constants -= constantBytes(graph);
    },
    run: async ({ graph }: Program, feeds, places = {}) => {
      runs += 1;
      for (const { name } of graph.inputs) invariant(feeds[name], `Graph input "${name}" was not fed.`);
      const { outputs, bytes } = memoryOf(graph, feeds, places);
      seen(bytes);
      const made = outputs.filter(({ port }) => !places[port.name]);
      return Object.fromEntries(made.map(({ port, dims }) => [port.name, place(dims, tensorType(port.type))]));
    },
    allocate: (dims) => place(dims, "float32"),
    upload: (data, dims) => place(dims, elementTypeOf(data)),
    uploadLength: (length) => place([1], "int32", length),
    write: () => undefined,
    read: async ({ dims }) => new Float32Array(elementCount(dims)),
    release(...tensors) {
      for (const tensor of tensors) {
        held -= sizes.get(tensor) ?? 0;
        sizes.delete(tensor);
      }
    },
    settle: async () => undefined,
    dispose: async () => undefined,
    get held() {
      return held;
    },
    get peak() {
      return peak;
    },
    get tensorPeak() {
      return tensorPeak;
    },
    startCounting() {
      tensorPeak = held;
      peak = held + constants;
    },
    place,
  };
}
