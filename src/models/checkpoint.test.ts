import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawScene, MODEL_PICTURE_SIZE } from "../scenes/draw/draw-scene.ts";
import { findQuestion } from "../scenes/questions/index.ts";
import { parseScene } from "../scenes/scene-json.ts";
import { splitOf } from "../scenes/splits.ts";
import { describeWithShared, projectRoot } from "../testing/shared.ts";
import { type CheckpointProgress, openCheckpoint } from "./checkpoint.ts";
import { createFilesFolder } from "./files-folder.ts";
import { createNodeFolder } from "./node-folder.ts";
import { parseSafetensorsHeader, type TensorInfo } from "./safetensors-header.ts";
import { parseCalibrationSet } from "./samples.ts";
import { SafetensorsFile } from "./testing/safetensors-file.ts";
import { wholePicture } from "./testing/whole-picture.ts";
import { writeShards } from "./testing/write-safetensors.ts";

const BUNDLED = join(projectRoot, "public/models");
const SCENES = join(BUNDLED, "scenes");

async function tinyFiles(change: Record<string, string | Uint8Array<ArrayBuffer> | null> = {}) {
  const files = new Map<string, Blob>();
  for (const name of (await createNodeFolder(SCENES).list?.()) ?? []) {
    if (!name.includes("/")) files.set(name, new Blob([await readFile(join(SCENES, name))]));
  }
  for (const [name, text] of Object.entries(change)) {
    if (text === null) files.delete(name);
    else files.set(name, new Blob([text]));
  }
  return createFilesFolder("tiny", files);
}

describe("the bundled checkpoint", () => {
  it("opens with all its parts", async () => {
    const checkpoint = await openCheckpoint(createNodeFolder(SCENES));
    expect(checkpoint).toMatchObject({
      name: "scenes",
      config: { architecture: "idefics3" },
      stopIds: [2],
      recommended: { window: 2, calibrationSamples: 384 },
    });
    expect(checkpoint.calibration).toHaveLength(384);
    expect(checkpoint.images?.splitting).toBeNull();
    const picture = await checkpoint.images?.process(drawScene({ objects: [] }, MODEL_PICTURE_SIZE));
    expect(picture?.frames.map(({ patches, tokens }) => ({ patches, tokens }))).toEqual([{ patches: 144, tokens: 9 }]);
    const embedding = checkpoint.weights.expectTensor("model.text_model.embed_tokens.weight", [640, 128]);
    expect(embedding.dtype).toBe("BF16");
    expect(checkpoint.weights.has("lm_head.weight")).toBe(false);
  });

  it("reports small files and leaves the weights to be streamed", async () => {
    const folder = createNodeFolder(SCENES);
    const opened: [string, number | undefined][] = [];
    const reports: CheckpointProgress[] = [];
    const { weights } = await openCheckpoint(
      {
        ...folder,
        open: (path, options) => {
          opened.push([path, options?.to]);
          return folder.open(path, options);
        },
      },
      { onProgress: (progress) => reports.push(progress) },
    );
    expect(reports.map((report) => report.item)).toContain("tokenizer.json");
    expect(reports.every((report, index) => report.done > (reports[index - 1]?.done ?? 0))).toBe(true);
    // Of the weights' six million bytes only the first are read.
    expect(opened).toEqual([["model.safetensors", 131_072]]);
    expect(weights.files).toEqual([{ path: "model.safetensors", bytes: 6_065_752 }]);
  });

  it("has the hash of its weights file", async () => {
    const { weights } = await openCheckpoint(createNodeFolder(SCENES));
    const hash = await weights.read({ names: new Set(), onTensor: () => undefined });
    expect(hash).toBe(
      createHash("sha256")
        .update(await readFile(join(SCENES, "model.safetensors")))
        .digest("hex"),
    );
  });

  it("has a calibration set whose pictures and traces the model can take", async () => {
    const { calibration, prompts, images, tokenizer, config } = await openCheckpoint(createNodeFolder(SCENES));
    for (const sample of calibration?.slice(0, 3) ?? []) {
      if (sample.picture?.kind !== "scene") throw new Error("The bundled samples are scenes.");
      const picture = drawScene(sample.picture.scene, MODEL_PICTURE_SIZE);
      const processed = (await images?.process(picture)) ?? null;
      const prompt = prompts?.buildPrompt({ question: sample.question, picture: processed });
      expect(prompt?.imagePositions).toHaveLength(9);
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
    examples: { scene: unknown; question: string; family: string }[];
  }
  const { models } = JSON.parse(readFileSync(join(BUNDLED, "index.json"), "utf8")) as Listed;

  it.each(models)("tells the truth about $name", ({ name, url, parameters, bytes }) => {
    expect(url).toBe(`models/${name}/`);
    const file = readFileSync(join(projectRoot, "public", url, "model.safetensors"));
    expect(file).toHaveLength(bytes);
    const { tensors } = parseSafetensorsHeader(file, file.length, "model.safetensors");
    expect([...tensors.values()].reduce((sum, tensor) => sum + tensor.size, 0)).toBe(parameters);
  });

  it("comes with examples of all families, drawn from scenes that it was not calibrated on", () => {
    const { examples } = JSON.parse(readFileSync(join(SCENES, "examples.json"), "utf8")) as Examples;
    expect(new Set(examples.map((example) => example.family)).size).toBe(4);
    for (const { scene, question } of examples) {
      const parsed = parseScene(scene, "scene");
      expect(splitOf(parsed)).toBe("evaluation");
      expect(findQuestion(parsed, question)).not.toBeNull();
    }
  });

  it("comes with calibration and evaluation sets of their own splits, the families equally often", () => {
    const families = ["physical", "quantitative", "commonsense"];
    for (const [split, each] of [
      ["calibration", 128],
      ["evaluation", 200],
    ] as const) {
      const samples = parseCalibrationSet(readFileSync(join(SCENES, `${split}.json`), "utf8"), `${split}.json`);
      for (const family of families) expect(samples.filter((sample) => sample.family === family)).toHaveLength(each);
      expect(samples).toHaveLength(3 * each);
      const elsewhere = samples.filter(({ picture }) => picture?.kind !== "scene" || splitOf(picture.scene) !== split);
      expect(elsewhere).toEqual([]);
    }
  });
});

describe("the layouts that checkpoints come in", () => {
  const read = (name: string) => JSON.parse(readFileSync(join(SCENES, name), "utf8"));
  const { chat_template: template } = read("chat_template.json") as { chat_template: string };
  const pixels = Uint8ClampedArray.from({ length: 40 * 30 * 4 }, (_, index) => (index * 37) % 256);
  const picture = { width: 40, height: 30, pixels };
  const prompt = async (folder: Awaited<ReturnType<typeof tinyFiles>>) => {
    const { prompts, images, config } = await openCheckpoint(folder);
    const text = prompts?.buildPrompt({ question: "How many?", picture: wholePicture(9) }).text;
    return { text, picture: await images?.process(picture, { split: true }), config };
  };
  const processed = { image_seq_len: 9, processor_class: "SmolVLMProcessor" };
  const preprocessor = { ...read("preprocessor_config.json"), image_processor_type: "SmolVLMImageProcessor" };
  const { text_config, ...top } = read("config.json");
  const { rope_theta, ...text } = text_config;

  it.each<[string, Record<string, string | null>]>([
    [
      "transformers 5",
      {
        "chat_template.json": null,
        "chat_template.jinja": template,
        "preprocessor_config.json": null,
        "processor_config.json": JSON.stringify({ ...processed, image_processor: preprocessor }),
        "config.json": JSON.stringify({
          ...top,
          model_type: "smolvlm",
          text_config: { ...text, rope_parameters: { rope_theta, rope_type: "default" } },
        }),
      },
    ],
    [
      "a template inside tokenizer_config.json",
      {
        "chat_template.json": null,
        "tokenizer_config.json": JSON.stringify({ ...read("tokenizer_config.json"), chat_template: template }),
      },
    ],
    [
      "SmolVLM2",
      {
        "config.json": JSON.stringify({ ...top, text_config, model_type: "smolvlm", pad_token_id: 128002 }),
        "processor_config.json": JSON.stringify(processed),
        "preprocessor_config.json": JSON.stringify({
          ...preprocessor,
          video_sampling: { fps: 1, max_frames: 64, video_size: { longest_edge: 512 } },
        }),
      },
    ],
  ])("reads that of %s as the bundled one", async (_, change) => {
    expect(await prompt(await tinyFiles(change))).toEqual(await prompt(await tinyFiles()));
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

  it("opens weights in several files", async () => {
    const whole = new SafetensorsFile(new Uint8Array(await readFile(join(SCENES, "model.safetensors"))));
    const tensors = [...whole.tensors.values()];
    const written = (infos: readonly TensorInfo[]) =>
      infos.map((info) => ({ ...info, bytes: whole.bytesOf(info.name) }));
    const shards = writeShards([written(tensors.slice(0, 20)), written(tensors.slice(20))]);
    const { weights } = await openCheckpoint(
      await tinyFiles({ "model.safetensors": null, ...Object.fromEntries(shards) }),
    );
    expect(weights.files).toHaveLength(2);
    expect([...weights.tensors.keys()].sort()).toEqual([...whole.tensors.keys()].sort());
  });

  it.each<[string, string, string, RegExp]>([
    ["config.json", '{"model_type": "pixtral"}', "unsupported", /pixtral/],
    ["model.safetensors", "not weights", "bad-checkpoint", /model.safetensors/],
    ["tokenizer.json", "{", "bad-checkpoint", /tokenizer.json is not valid JSON/],
    ["generation_config.json", '{"eos_token_id": "x"}', "bad-checkpoint", /generation_config.json/],
    ["processor_config.json", '{"image_seq_len": 64}', "bad-checkpoint", /"image_seq_len" is 64; .* makes 9/],
    ["preprocessor_config.json", '{"resample": 2}', "unsupported", /resample/],
    ["pivotscope.json", "[]", "bad-checkpoint", /pivotscope.json/],
    ["calibration.json", '{"samples": 1}', "bad-checkpoint", /calibration.json: "samples"/],
    ["chat_template.json", '{"chat_template": "{% nope"}', "bad-checkpoint", /chat_template.json/],
  ])("refuses a wrong %s", async (name, text, code, message) => {
    const opening = openCheckpoint(await tinyFiles({ [name]: text }));
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("stops when it is cancelled", async () => {
    const opening = openCheckpoint(createNodeFolder(SCENES), { signal: AbortSignal.abort() });
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
      expect(checkpoint.images?.splitting).toEqual({ frameSize: 512, longestEdge: 2048 });
      const question = "Can you describe this image?";
      expect(checkpoint.prompts?.buildPrompt({ question, picture: wholePicture(64) }).ids).toHaveLength(81);
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
