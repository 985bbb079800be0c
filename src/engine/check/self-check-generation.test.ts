import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { DecoderConfig } from "../../models/architectures/shared/decoder/config.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import type { Backend, Feeds, Program, Tensor } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { LoadProgress } from "../contract.ts";
import { createEngine } from "../engine.ts";
import { generateBatch } from "../generate/generate.ts";
import { chooseGeneration } from "../load/choose-generation.ts";
import { nodeDevice } from "../load/node-device.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { openNodeSession } from "../node-engine.ts";
import { openSession } from "../session.ts";
import { countTensors } from "../testing/count-tensors.ts";
import { textOnly } from "../testing/small-config.ts";
import { checkFusedGeneration } from "./self-check-generation.ts";

const TINY: DecoderConfig = {
  vocabularySize: 100,
  hiddenSize: 96,
  intermediateSize: 256,
  layers: 8,
  heads: 9,
  keyValueHeads: 3,
  headSize: 32,
  normEpsilon: 1e-5,
  ropeTheta: 1e5,
  maximumPositions: 512,
  tieWordEmbeddings: false,
};
const SMOLVLM: DecoderConfig = { ...TINY, hiddenSize: 576, headSize: 64 };

const FOLDER = join(projectRoot, "public/models/scenes");

const backend = createNodeBackend();
afterAll(() => backend.dispose());

const isFused = ({ graph }: Program) => graph.name.startsWith("text generation");
/** Whether a run of a fused graph is of one token of each sample, and no first pass. */
const isLater = ({ hidden, last_slots }: Feeds) => hidden?.dims[0] === last_slots?.dims[0];

/** What a run of a fused graph is fed and gives. */
interface Fault {
  readonly feeds?: (program: Program, feeds: Feeds, device: Backend) => Promise<Feeds>;
  readonly result?: (values: Float32Array) => Float32Array;
}

/** A backend that says it is a GPU and runs fused graphs with a fault; `runs` counts them. */
function faulty(device: Backend, fault: Fault): { backend: Backend; runs: () => number } {
  let runs = 0;
  const run: Backend["run"] = async (program, feeds, places) => {
    if (!isFused(program)) return device.run(program, feeds, places);
    runs += 1;
    const fed = (await fault.feeds?.(program, feeds, device)) ?? feeds;
    const outputs = await device.run(program, fed, places);
    device.release(...Object.values(fed).filter((tensor) => !Object.values(feeds).includes(tensor)));
    const hidden = outputs.hidden_out;
    if (!hidden || !fault.result) return outputs;
    const values = fault.result(await device.read(hidden));
    device.release(hidden);
    return { ...outputs, hidden_out: device.upload(values, hidden.dims) };
  };
  // GPUs copy what is uploaded, so that weights are streamed to them through one buffer.
  const upload: Backend["upload"] = (data, dims) => device.upload(data.slice(), dims);
  const own = {
    kind: { value: "webgpu" },
    run: { value: run },
    upload: { value: upload },
    writesInPlace: { value: true },
  };
  const wrapped: Backend = Object.create(device, own);
  return { backend: wrapped, runs: () => runs };
}

/** The feed `name`, an int32 tensor, with other numbers. */
const changed =
  (name: string, change: (values: Float32Array) => ArrayLike<number>): NonNullable<Fault["feeds"]> =>
  async (_, feeds, device) => {
    const tensor = feeds[name] as Tensor;
    if (!isLater(feeds)) return feeds;
    return { ...feeds, [name]: device.upload(Int32Array.from(change(await device.read(tensor))), tensor.dims) };
  };

describe("the self-check of fused generation", { timeout: 60_000 }, () => {
  it.each([
    ["three query heads a group", TINY],
    ["SmolVLM-256M's widths", SMOLVLM],
    ["heads of their own", { ...TINY, heads: 2, keyValueHeads: 2, headSize: 16 }],
    ["one head for all", { ...TINY, heads: 4, keyValueHeads: 1, headSize: 48 }],
  ])("passes where they are right, with %s, in either precision, and leaves nothing behind", async (_, config) => {
    for (const precision of ["float32", "float16"] as const) {
      const device = createNodeBackend();
      const held = countTensors(device);
      expect(await checkFusedGeneration(device, textOnly(config), precision)).toBeNull();
      expect(held()).toBe(0);
      expect(device.uploadedBytes).toBe(0);
      await device.dispose();
    }
  });

  const perturbed = (fault: Fault, precision: "float32" | "float16") =>
    checkFusedGeneration(faulty(backend, fault).backend, textOnly(SMOLVLM), precision);

  it.each(["float32", "float16"] as const)("finds wrong results in %s", async (precision) => {
    const wrong = async (fault: Fault) => expect.soft(await perturbed(fault, precision));
    const explained = /: the (typical|largest) difference is .*, and rounding explains .* %\.$/;
    // A tile that is left out, in a first pass only.
    const tile: Fault["result"] = (values) =>
      values.map((value, index) => (index % 576 < 16 && index > 64 * 576 ? 0 : value));
    (await wrong({ result: tile })).toMatch(explained);
    // No number.
    (await wrong({ result: (values) => values.fill(Number.NaN, 5, 6) })).toMatch(/no number/);
    // A cache whose newest slot is overlooked.
    (await wrong({ feeds: changed("last_slots", (slots) => slots.map((slot) => slot - 1)) })).toMatch(
      /^hidden states of token 1 behind it in a batch of 1/,
    );
    // Padding that is taken for the shorter sample's tokens: right alone, wrong in a batch.
    const padding = changed("last_slots", (slots) => slots.map(() => Math.max(...slots)));
    (await wrong({ feeds: padding })).toMatch(/in a batch of 2/);
  });

  it.each(["float32", "float16"] as const)(
    "finds caches that are wrong where they do not grow, in %s",
    async (precision) => {
      // The newest slot is overlooked where as many slots are used as by the run before, or fewer.
      const newest = changed("last_slots", (slots) => slots.map((slot) => slot - 1));
      const overlooked = (where: (before: number, used: number) => boolean): Fault => {
        let before = 0;
        return {
          async feeds(program, feeds, device) {
            const [used = 0] = await device.read(feeds.slots as Tensor);
            const here = where(before, used);
            before = used;
            return here ? newest(program, feeds, device) : feeds;
          },
        };
      };
      expect(
        await perturbed(
          overlooked((before, used) => before === used),
          precision,
        ),
      ).toMatch(/^hidden states of token 3 behind it, the longest finished, in a batch of 2: the /);
      expect(
        await perturbed(
          overlooked((before, used) => used > 1 && used < before && used < 60),
          precision,
        ),
      ).toMatch(/^hidden states of token 4 behind it, the longest taken out, in a batch of 2: the /);
    },
  );

  it("finds a difference of half a per cent in single precision", async () => {
    expect(await perturbed({ result: (values) => values.map((value) => value * 1.005) }, "float32")).toMatch(
      /of the first pass in a batch of 1: the (typical|largest) difference is (0\.5|2\.\d) %, and rounding explains/,
    );
  });

  it("tells of graphs that do not compile, and leaves nothing behind", async () => {
    const device = createNodeBackend();
    const held = countTensors(device);
    const refusing: Backend = Object.create(device, {
      compile: {
        value: async (...[graph]: Parameters<Backend["compile"]>) => {
          if (graph.name.startsWith("text generation")) throw new Error("shader module is invalid");
          return device.compile(graph);
        },
      },
    });
    expect(await checkFusedGeneration(refusing, textOnly(TINY), "float32")).toBe(
      "A fused graph does not run: shader module is invalid",
    );
    expect(held()).toBe(0);
    await device.dispose();
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    const cancelled = checkFusedGeneration(backend, textOnly(TINY), "float32", controller.signal);
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(backend.uploadedBytes).toBe(0);
  });
});

describe("the way text is written", { timeout: 60_000 }, () => {
  const open = async (fault: Fault) => {
    const { backend: device, runs } = faulty(createNodeBackend(), fault);
    const stages: LoadProgress[] = [];
    const session = await openSession(
      {
        device: nodeDevice,
        createBackend: async () => device,
        decodePicture: () => Promise.reject(new Error("No picture is needed.")),
      },
      createNodeFolder(FOLDER),
      { backend: "webgpu", precision: "float32" },
      { onProgress: (progress) => stages.push(progress) },
    );
    return { session, runs, stages };
  };

  it("is by layers, with a note, on a GPU that computes fused graphs wrongly", async () => {
    const { session, runs, stages } = await open({ result: (values) => values.fill(0) });
    const right = await openNodeSession(FOLDER);
    expect(stages.filter(({ stage }) => stage === "check").map(({ item }) => item)).toEqual(["text generation"]);
    expect(session.model.generationWay).toBe("layers");
    expect(session.summary.precisionNote).toMatch(
      /^Single precision, as asked for.*Fused text generation is off on this GPU, so text is written layer by layer, which is slower\. hidden states of the first pass in a batch of 1: the largest difference/,
    );
    const atLoad = runs();
    expect(atLoad).toBe(3);
    const [input] = await createEvaluationSet(session).prepare([3]);
    if (!input) throw new Error("The bundled model has evaluation samples.");
    const { ids } = await session.generate(input, { maximumTokens: 12 });
    expect(ids).toEqual((await right.generate(input, { maximumTokens: 12 })).ids);
    expect(runs()).toBe(atLoad);
    // What is asked for by name is still had, and is as wrong as it was.
    const { model, denseMasks: masks } = session;
    const samples = [{ input, prefix: [], maximumTokens: 12 }];
    const fused = generateBatch(model, { samples, masks, stopIds: [], signal: undefined, way: "fused" });
    expect((await fused)[0]?.ids).not.toEqual(ids);
    await session.dispose();
    await right.dispose();
  });

  it("is with fused graphs, without a note, on a GPU that computes them rightly", async () => {
    const { session, runs } = await open({});
    expect(session.model.generationWay).toBe("whole");
    expect(session.summary.precisionNote).toBe("Single precision, as asked for; this GPU has half precision too.");
    const atLoad = runs();
    const [input] = await createEvaluationSet(session).prepare([3]);
    if (!input) throw new Error("The bundled model has evaluation samples.");
    await session.generate(input, { maximumTokens: 4 });
    expect(runs()).toBe(atLoad + 4);
    await session.dispose();
  });

  /** An engine whose page says which checks it knows. */
  async function openLater(fault: Fault, checked: readonly string[]) {
    const { backend: device, runs } = faulty(createNodeBackend(), fault);
    const engine = createEngine({
      device: {
        ...nodeDevice,
        probeWebGpu: async () => ({ largestBuffer: 2 ** 30, float16: false, software: null, name: "a" }),
      },
      createBackend: async () => device,
      openFolder: () => createNodeFolder(FOLDER),
      decodePicture: () => Promise.reject(new Error("No picture is needed.")),
    });
    const request = { backend: "webgpu", precision: "float32", checked } as const;
    const summary = await engine.load({ kind: "address", name: "scenes", url: "" }, request);
    const picture = { width: 64, height: 64, pixels: new Uint8ClampedArray(64 * 64 * 4).fill(90) };
    const ask = async () => (await engine.generate({ picture, question: "Is it red?" }, { maximumTokens: 4 })).text;
    return { engine, runs, summary, ask };
  }

  it("is by layers until the check that was left for later is right, and the same text", async () => {
    const { engine, runs, summary, ask } = await openLater({}, []);
    expect(summary.checks).toMatchObject({ passed: [], open: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(summary.precisionNote).toMatch(/as asked for.*Text is written layer by layer.*until/);
    const byLayers = await ask();
    expect(runs()).toBe(0);
    expect(await engine.checkDevice()).toEqual({
      right: true,
      precisionNote: "Single precision, as asked for; this GPU has half precision too.",
    });
    const checked = runs();
    expect(await ask()).toBe(byLayers);
    expect(runs()).toBeGreaterThan(checked);
    await engine.dispose();
    const again = await openLater({}, [summary.checks?.open ?? ""]);
    expect(again.summary.checks).toEqual({ passed: [], open: null });
    expect(await again.ask()).toBe(byLayers);
    expect(again.runs()).toBe(4);
    await again.engine.dispose();
  });

  it("stays by layers, with a note, where that check finds it wrong", async () => {
    const { engine, runs, ask } = await openLater({ result: (values) => values.fill(0) }, ["another"]);
    const byLayers = await ask();
    const { right, precisionNote } = await engine.checkDevice();
    expect(right).toBe(false);
    expect(precisionNote).toMatch(/Fused text generation is off on this GPU/);
    const checked = runs();
    expect(await ask()).toBe(byLayers);
    expect(runs()).toBe(checked);
    await engine.dispose();
  });

  it("is not checked on the CPU, nor for a model without fused graphs", async () => {
    const session = await openNodeSession(FOLDER);
    const { definition } = session.model;
    const check = () => Promise.reject(new Error("Nothing is to be checked."));
    const fastest = { way: "whole", note: "" };
    expect(await chooseGeneration({ kind: "cpu" }, definition, check)).toEqual(fastest);
    const unfused = { text: { ...definition.text, generation: null } };
    expect(await chooseGeneration({ kind: "webgpu" }, unfused, check)).toEqual(fastest);
    await session.dispose();
  });
});
