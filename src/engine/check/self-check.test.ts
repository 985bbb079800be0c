import "../../models/testing/every-architecture.ts";
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../graph/graph.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import type { Backend, Tensor } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { SMALL_CONFIG } from "../testing/small-config.ts";
import { checkHalfPrecision } from "./self-check.ts";

const backend = createNodeBackend();
afterAll(() => backend.dispose());

const CONFIG = SMALL_CONFIG;

const computesInHalf = (graph: Graph) => graph.inputs.some(({ type }) => type === "float16");

/** A backend whose graphs that take float16 give out what `change` makes of it. */
function faulty(change: (values: Float32Array, width: number, rows: number) => Float32Array, only = ""): Backend {
  return {
    ...backend,
    limits: backend.limits,
    uploadedBytes: 0,
    async run(program, feeds) {
      const outputs = await backend.run(program, feeds);
      if (!computesInHalf(program.graph) || !program.graph.name.includes(only)) return outputs;
      const changed: Record<string, Tensor> = {};
      for (const [name, tensor] of Object.entries(outputs)) {
        const values = change(await backend.read(tensor), tensor.dims.at(-1) ?? 1, tensor.dims[0] ?? 1);
        backend.release(tensor);
        changed[name] = backend.upload(values, tensor.dims);
      }
      return changed;
    },
  };
}

describe("the self-check of half precision", () => {
  it("passes where half precision is right, and leaves nothing behind", async () => {
    expect(await checkHalfPrecision(backend, CONFIG)).toBeNull();
    expect(backend.uploadedBytes).toBe(0);
  });

  it.each([
    ["qwen2_vl", { embed_dim: 32, hidden_size: 48, mlp_ratio: 2 }],
    ["qwen2_5_vl", { hidden_size: 32, out_hidden_size: 48, intermediate_size: 29, window_size: 16 }],
  ])("runs pictures of any size, and windows: %s", async (type, vision) => {
    const config = parseModelConfig(
      JSON.stringify({
        model_type: type,
        image_token_id: 90,
        hidden_size: 48,
        intermediate_size: 37,
        num_hidden_layers: 2,
        num_attention_heads: 6,
        num_key_value_heads: 3,
        vocab_size: 96,
        rope_scaling: { type: "mrope", mrope_section: [1, 1, 2] },
        vision_config: { depth: 2, num_heads: 4, patch_size: 4, ...vision },
      }),
    );
    expect(await checkHalfPrecision(backend, config)).toBeNull();
    expect(backend.uploadedBytes).toBe(0);
  });

  it("runs what a frame brings along for its embedding", async () => {
    const text = {
      hidden_size: 48,
      head_dim: 16,
      num_attention_heads: 6,
      num_key_value_heads: 3,
      intermediate_size: 37,
    };
    const config = parseModelConfig(
      JSON.stringify({
        model_type: "qwen3_vl",
        image_token_id: 90,
        text_config: { ...text, num_hidden_layers: 2, vocab_size: 96, rope_scaling: { mrope_section: [4, 2, 2] } },
        vision_config: {
          depth: 2,
          hidden_size: 32,
          intermediate_size: 40,
          num_heads: 4,
          patch_size: 4,
          out_hidden_size: 48,
          num_position_embeddings: 36,
          deepstack_visual_indexes: [0],
        },
      }),
    );
    expect(await checkHalfPrecision(backend, config)).toBeNull();
    expect(backend.uploadedBytes).toBe(0);
  });

  it("finds a tile of 8 × 16 wrong numbers", async () => {
    const wrongTile = (values: Float32Array, width: number) =>
      values.map((value, index) => {
        const [row, column] = [Math.floor(index / width), index % width];
        return row < 8 && column >= 16 && column < 32 ? 0 : value;
      });
    for (const [graph, name] of [
      ["text layer", "text layer"],
      ["head", "head"],
      ["vision embedding", "patch embedding"],
      ["vision layer", "vision layer"],
    ]) {
      expect(await checkHalfPrecision(faulty(wrongTile, graph), CONFIG)).toMatch(
        new RegExp(`of the ${name}: the largest difference is .* %, and rounding explains .* %`),
      );
    }
  });

  it("runs the shapes of the model that is to be loaded", async () => {
    const shapes = new Map<string, Set<string>>();
    const watching: Backend = {
      ...backend,
      limits: backend.limits,
      uploadedBytes: 0,
      run(program, feeds) {
        if (computesInHalf(program.graph)) {
          for (const name of ["hidden", "patches", "query", "down", "fc2", "patch"]) {
            const known = shapes.get(name) ?? new Set();
            if (feeds[name]) shapes.set(name, known.add(feeds[name].dims.join(" × ")));
          }
        }
        return backend.run(program, feeds);
      },
    };
    await checkHalfPrecision(watching, CONFIG);
    // 18 × 18 patches of a frame; of the whole vision layer 16 × 16, and two of its three heads for all.
    expect(Object.fromEntries([...shapes].map(([name, found]) => [name, [...found]]))).toEqual({
      hidden: ["1 × 96", "37 × 96", "64 × 96", "5 × 96", "256 × 72", "324 × 48"],
      query: ["96 × 96", "72 × 72", "48 × 48"],
      down: ["96 × 160"],
      patches: ["324 × 192"],
      patch: ["72 × 192"],
      fc2: ["72 × 112", "48 × 48"],
    });
  });

  it("finds what is wrong only with as many terms as a frame has patches", async () => {
    const wrong = (values: Float32Array, width: number, rows: number) =>
      rows === 324 && width === 48 ? values.map((value) => value * 1.06) : values;
    expect(await checkHalfPrecision(faulty(wrong), CONFIG)).toMatch(/of the vision attention: the .* difference/);
  });

  it("runs no pictures for a model that takes none", async () => {
    const { text } = CONFIG;
    const none = (values: Float32Array) => values.fill(Number.NaN);
    const check = checkHalfPrecision(faulty(none, "vision"), { architecture: "llama", text, tieWordEmbeddings: true });
    expect(await check).toBeNull();
  });

  it("finds a single number that is none", async () => {
    const notNumbers = (values: Float32Array) => values.fill(Number.NaN, 100, 101);
    expect(await checkHalfPrecision(faulty(notNumbers), CONFIG)).toMatch(/largest difference is no number/);
  });

  it("finds results that are all a little too far off", async () => {
    const imprecise = (values: Float32Array) => values.map((value) => value * 1.06);
    expect(await checkHalfPrecision(faulty(imprecise, "vision layer"), CONFIG)).toMatch(
      /of the vision layer: the (typical|largest) difference/,
    );
  });

  it("tells of graphs that do not run", async () => {
    const refusing: Backend = {
      ...faulty((values) => values),
      compile: (graph) =>
        computesInHalf(graph) ? Promise.reject(new Error("shader module is invalid")) : backend.compile(graph),
    };
    expect(await checkHalfPrecision(refusing, CONFIG)).toBe("The text layer does not run: shader module is invalid");
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(checkHalfPrecision(backend, CONFIG, controller.signal)).rejects.toMatchObject({ code: "cancelled" });
    expect(backend.uploadedBytes).toBe(0);
  });
});
