/**
 * transformers.js behind the benchmark's contract, on its WebAssembly backend with its own onnxruntime. It is installed
 * beside this file only, so it is imported by address and typed here as far as it is used.
 */
import { type BenchEngine, floatsOf, ONNX_PATH, type Prompt, pageMemory, plainIds } from "./contract.ts";

const MODULES = "/bench/transformers-js/node_modules/";

interface TheirTensor {
  tolist(): bigint[][];
}

interface TheirModel {
  encode_image(inputs: Readonly<Record<string, TheirTensor>>): Promise<TheirTensor>;
  generate(options: Readonly<Record<string, unknown>>): Promise<TheirTensor>;
}

interface Transformers {
  readonly env: {
    localModelPath: string;
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    useBrowserCache: boolean;
    useWasmCache: boolean;
    readonly backends: { readonly onnx: { readonly wasm: { wasmPaths: string; numThreads: number } } };
  };
  readonly Tensor: new (type: string, data: ArrayLike<number | bigint>, dims: readonly number[]) => TheirTensor;
  readonly AutoModelForImageTextToText: {
    from_pretrained(name: string, options: Readonly<Record<string, unknown>>): Promise<TheirModel>;
  };
  readonly BaseStreamer: new () => { put(value: bigint[][]): void; end(): void };
}

function textOf({ Tensor }: Transformers, ids: readonly number[]) {
  const integers = (values: readonly number[]) =>
    new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
  return { input_ids: integers(ids), attention_mask: integers(ids.map(() => 1)) };
}

function pictureOf({ Tensor }: Transformers, { frame, channels, size }: Prompt) {
  return {
    pixel_values: new Tensor("float32", floatsOf(frame), [1, 1, channels, size, size]),
    pixel_attention_mask: new Tensor("bool", new Uint8Array(size * size).fill(1), [1, 1, size, size]),
  };
}

export function createTheirs(): BenchEngine {
  let library: Transformers | null = null;
  let model: TheirModel | null = null;
  return {
    async load(threads) {
      const address = `${MODULES}@huggingface/transformers/dist/transformers.web.js`;
      const start = performance.now();
      library = (await import(/* @vite-ignore */ address)) as Transformers;
      const { env } = library;
      env.allowRemoteModels = false;
      env.allowLocalModels = true;
      env.localModelPath = ONNX_PATH;
      env.useBrowserCache = false;
      env.useWasmCache = false;
      env.backends.onnx.wasm.wasmPaths = new URL(`${MODULES}onnxruntime-web/dist/`, location.href).href;
      if (threads > 0) env.backends.onnx.wasm.numThreads = threads;
      model = await library.AutoModelForImageTextToText.from_pretrained("model", { device: "wasm", dtype: "fp32" });
      return performance.now() - start;
    },
    async write(prompt, count) {
      if (!library || !model) throw new Error("Nothing is loaded.");
      const { BaseStreamer } = library;
      const tokens: number[] = [];
      let start = 0;
      const streamer = new (class extends BaseStreamer {
        private prompt = true;
        override put() {
          if (!this.prompt) tokens.push(performance.now() - start);
          this.prompt = false;
        }
        override end() {}
      })();
      start = performance.now();
      const feeds = { ...textOf(library, prompt.ids), ...pictureOf(library, prompt) };
      const result = await model.generate({ ...feeds, max_new_tokens: count, do_sample: false, streamer });
      return { ids: (result.tolist()[0] ?? []).slice(prompt.ids.length).map(Number), tokens };
    },
    async halves(prompt) {
      if (!library || !model) throw new Error("Nothing is loaded.");
      const picture = pictureOf(library, prompt);
      const start = performance.now();
      await model.encode_image(picture);
      const middle = performance.now();
      await model.generate({ ...textOf(library, plainIds(prompt)), max_new_tokens: 1, do_sample: false });
      return { vision: middle - start, prefill: performance.now() - middle };
    },
    memory: pageMemory,
  };
}
