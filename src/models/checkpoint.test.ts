import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithShared, projectRoot } from "../testing/shared.ts";
import { type CheckpointProgress, openCheckpoint } from "./checkpoint.ts";
import { createFilesFolder } from "./files-folder.ts";
import { decodePicture } from "./image/decode-node.ts";
import { createNodeFolder } from "./node-folder.ts";
import { parseSafetensorsHeader } from "./safetensors-header.ts";

const BUNDLED = join(projectRoot, "public/models");
const TINY = join(BUNDLED, "tiny-scenes");
/** As published with the model; a Plan made for these weights carries it. */
const TINY_HASH = "0e115a6d864f5f5541ca7db2916fdc2e19a872490b99fcde4994f0ebdf5fa592";

async function tinyFiles(change: Record<string, string | null> = {}) {
  const files = new Map<string, Blob>();
  for (const name of (await createNodeFolder(TINY).list?.()) ?? []) {
    if (!name.includes("/")) files.set(name, new Blob([await readFile(join(TINY, name))]));
  }
  for (const [name, text] of Object.entries(change)) {
    if (text === null) files.delete(name);
    else files.set(name, new Blob([text]));
  }
  return createFilesFolder("tiny", files);
}

describe("the bundled checkpoint", () => {
  it("opens with all its parts", async () => {
    const checkpoint = await openCheckpoint(createNodeFolder(TINY));
    expect(checkpoint).toMatchObject({
      name: "tiny-scenes",
      config: { architecture: "idefics3" },
      stopIds: [2],
      recommended: { window: 2 },
      weightHash: TINY_HASH,
    });
    expect(checkpoint.calibration).toHaveLength(128);
    expect(checkpoint.images?.config).toMatchObject({ frameSize: 64, splits: false });
    const embedding = checkpoint.weights.expectTensor("model.text_model.embed_tokens.weight", [576, 128]);
    const values = checkpoint.weights.readFloat32(embedding.name);
    expect(values).toHaveLength(576 * 128);
    expect(values.every(Number.isFinite) && values.some((value) => value !== 0)).toBe(true);
    expect(checkpoint.weights.has("lm_head.weight")).toBe(false);
  });

  it("reports small files first and then the weights up to their last byte", async () => {
    const reports: CheckpointProgress[] = [];
    await openCheckpoint(createNodeFolder(TINY), { onProgress: (progress) => reports.push(progress) });
    const stages = reports.map((report) => report.stage);
    expect(stages.lastIndexOf("files")).toBeLessThan(stages.indexOf("weights"));
    expect(reports.at(-1)).toEqual({ stage: "weights", done: 5_739_080, total: 5_739_080, item: "model.safetensors" });
    expect(reports.map((report) => report.item)).toContain("tokenizer.json");
  });

  it("has a calibration set whose pictures and traces the model can take", async () => {
    const { calibration, folder, prompts, images, tokenizer, config } = await openCheckpoint(createNodeFolder(TINY));
    for (const sample of calibration?.slice(0, 3) ?? []) {
      const path = sample.picture?.kind === "file" ? sample.picture.path : "";
      const picture = await decodePicture(await folder.readBytes(path), path);
      const frames = images?.process(picture) ?? null;
      const prompt = prompts?.buildPrompt({ question: sample.question, frames });
      expect(prompt?.imagePositions).toHaveLength(16);
      const trace = tokenizer?.encode(` ${sample.trace}<end_of_utterance>`) ?? [];
      expect(trace.at(-1)).toBe(2);
      expect((prompt?.ids.length ?? 0) + trace.length).toBeLessThan(config.text.maximumPositions);
    }
  });
});

describe("the list of bundled models", () => {
  interface Listed {
    models: { name: string; label: string; url: string; parameters: number; bytes: number }[];
  }
  interface Examples {
    examples: { image: string; question: string; family: string }[];
  }
  const { models } = JSON.parse(readFileSync(join(BUNDLED, "index.json"), "utf8")) as Listed;

  it.each(models)("tells the truth about $name", ({ name, url, parameters, bytes }) => {
    expect(url).toBe(`models/${name}/`);
    const file = readFileSync(join(projectRoot, "public", url, "model.safetensors"));
    expect(file).toHaveLength(bytes);
    const { tensors } = parseSafetensorsHeader(file, file.length, "model.safetensors");
    expect([...tensors.values()].reduce((sum, tensor) => sum + tensor.size, 0)).toBe(parameters);
  });

  it("comes with examples that were not calibrated on, each with its picture", () => {
    const { examples } = JSON.parse(readFileSync(join(TINY, "examples.json"), "utf8")) as Examples;
    const calibration = readFileSync(join(TINY, "calibration.json"), "utf8");
    expect(new Set(examples.map((example) => example.family)).size).toBeGreaterThanOrEqual(3);
    expect(examples).toHaveLength(8);
    for (const { image } of examples) {
      expect(readFileSync(join(TINY, image)).length).toBeGreaterThan(0);
      expect(calibration).not.toContain(image);
    }
  });
});

describe("a checkpoint with something missing or wrong", () => {
  it("opens without tokenizer and the like, taking token ids only", async () => {
    const optional = ["tokenizer.json", "preprocessor_config.json", "calibration.json", "pivotscope.json"];
    const folder = await tinyFiles(Object.fromEntries(optional.map((name) => [name, null])));
    expect(await openCheckpoint(folder)).toMatchObject({
      tokenizer: null,
      prompts: null,
      images: null,
      calibration: null,
      recommended: {},
      stopIds: [2],
    });
    const silent = await openCheckpoint(await tinyFiles({ "chat_template.json": null }));
    expect([silent.prompts, silent.tokenizer === null]).toEqual([null, false]);
  });

  it.each(["config.json", "model.safetensors"])("names the missing %s and what is required", async (name) => {
    await expect(openCheckpoint(await tinyFiles({ [name]: null }))).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining(name),
      hint: expect.stringContaining("config.json and model.safetensors"),
    });
  });

  it("names weights in several files as unsupported", async () => {
    const folder = await tinyFiles({ "model.safetensors": null, "model.safetensors.index.json": "{}" });
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: "unsupported" });
  });

  it.each<[string, string, string, RegExp]>([
    ["config.json", '{"model_type": "qwen2_vl"}', "unsupported", /qwen2_vl/],
    ["model.safetensors", "not weights", "bad-checkpoint", /model.safetensors/],
    ["tokenizer.json", "{", "bad-checkpoint", /tokenizer.json is not valid JSON/],
    ["generation_config.json", '{"eos_token_id": "x"}', "bad-checkpoint", /generation_config.json/],
    ["processor_config.json", '{"image_seq_len": 64}', "bad-checkpoint", /"image_seq_len" is 64; .* makes 16/],
    ["preprocessor_config.json", '{"resample": 2}', "unsupported", /resample/],
    ["pivotscope.json", "[]", "bad-checkpoint", /pivotscope.json/],
    ["calibration.json", '{"samples": 1}', "bad-checkpoint", /calibration.json: "samples"/],
    ["chat_template.json", '{"chat_template": "{% nope"}', "bad-checkpoint", /chat_template.json/],
  ])("refuses a wrong %s", async (name, text, code, message) => {
    const opening = openCheckpoint(await tinyFiles({ [name]: text }));
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("stops when it is cancelled", async () => {
    const opening = openCheckpoint(createNodeFolder(TINY), { signal: AbortSignal.abort() });
    await expect(opening).rejects.toMatchObject({ code: "cancelled" });
  });
});

describeWithShared(
  "checkpoints made elsewhere",
  (folder) => {
    let smol = "";
    beforeAll(async () => {
      smol = await mkdtemp(join(tmpdir(), "pivotscope-"));
      await cp(join(folder, "checkpoints/SmolVLM-256M-Instruct"), smol, { recursive: true });
      // Any sound weights do here: reading them does not look at the architecture.
      await rm(join(smol, "model.safetensors"), { force: true });
      await cp(join(folder, "oracles/idefics3-a/model.safetensors"), join(smol, "model.safetensors"));
    });
    afterAll(() => rm(smol, { recursive: true, force: true }));

    it("opens an oracle that has neither tokenizer nor processor", async () => {
      const checkpoint = await openCheckpoint(createNodeFolder(join(folder, "oracles/idefics3-a")));
      expect(checkpoint).toMatchObject({ tokenizer: null, prompts: null, images: null, stopIds: [95] });
      const total = [...checkpoint.weights.tensors.values()].reduce((sum, tensor) => sum + tensor.size, 0);
      expect(total).toBe(66_472);
    });

    it("opens SmolVLM's folder: prompts, pictures and both of its stop tokens", async () => {
      const checkpoint = await openCheckpoint(createNodeFolder(smol));
      expect(checkpoint.stopIds).toEqual([49_279, 2]);
      expect(checkpoint.images?.config).toMatchObject({ frameSize: 512, longestEdge: 2048, splits: true });
      const question = "Can you describe this image?";
      expect(checkpoint.prompts?.buildPrompt({ question, frames: { rows: 0, columns: 0 } }).ids).toHaveLength(81);
    });

    it("knows where all of SmolVLM's tensors lie, and so how long the file is, from the header alone", () => {
      const listed: Record<string, { dtype: string; shape: number[] }> = JSON.parse(
        readFileSync(join(folder, "checkpoints/SmolVLM-256M-Instruct/tensors.json"), "utf8"),
      );
      const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
      let offset = 0;
      for (const name of Object.keys(listed).sort()) {
        const { dtype = "", shape = [] } = listed[name] ?? {};
        const begin = offset;
        offset += 2 * shape.reduce((product, length) => product * length, 1);
        header[name] = { dtype, shape, data_offsets: [begin, offset] };
      }
      const text = JSON.stringify(header);
      const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
      const start = new Uint8Array(8 + json.length);
      new DataView(start.buffer).setBigUint64(0, BigInt(json.length), true);
      start.set(json, 8);
      const fileBytes = start.length + offset;
      expect(fileBytes).toBe(513_028_808);
      expect(parseSafetensorsHeader(start, fileBytes, "model.safetensors").tensors.size).toBe(471);
    });
  },
  ["oracles/idefics3-a", "checkpoints/SmolVLM-256M-Instruct"],
);
