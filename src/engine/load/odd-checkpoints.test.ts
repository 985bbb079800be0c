// @module-tag attack
import { describe, expect, it } from "vitest";
import {
  changed,
  createOddFolder,
  EMBEDDING,
  HEAD,
  type OddCheckpoint,
  openOdd,
  upsideDown,
} from "../testing/odd-checkpoint.ts";
import { tinyLogits } from "../testing/odd-logits.ts";
import { inspectCheckpoint } from "./inspect.ts";
import { nodeDevice } from "./node-device.ts";
import { framesOfTokens } from "./prepare-input.ts";

const base = await tinyLogits();

const tied = (top: boolean | null, text: boolean | null): Required<Pick<OddCheckpoint, "config">> => ({
  config(config) {
    const inner = { ...(config.text_config as object), tie_word_embeddings: text };
    return { ...config, text_config: inner, tie_word_embeddings: top };
  },
});

const ownHead: OddCheckpoint["tensors"] = (tensors) => [...tensors.values(), upsideDown(tensors.get(EMBEDDING), HEAD)];
const sameHead: OddCheckpoint["tensors"] = (tensors) => [
  ...tensors.values(),
  changed(
    { ...(tensors.get(EMBEDDING) ?? { dtype: "F32", shape: [], bytes: new Uint8Array() }), name: HEAD },
    () => undefined,
  ),
];
const onlyHead: OddCheckpoint["tensors"] = (tensors) =>
  [...tensors.values()].map((tensor) => (tensor.name === EMBEDDING ? { ...tensor, name: HEAD } : tensor));
const renamed = (rename: (name: string) => string) => (tensors: Parameters<NonNullable<OddCheckpoint["tensors"]>>[0]) =>
  [...tensors.values()].map((tensor) => ({ ...tensor, name: rename(tensor.name) }));

/** Largest difference of two lists of numbers. */
const difference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);

describe("the head", () => {
  const upside = tinyLogits({ ...tied(false, false), tensors: ownHead });

  it.each([
    [true, true],
    [true, false],
    [true, null],
    [null, true],
  ] as const)(
    "is the file's own where config.json says that it is tied, top %s and text_config %s",
    async (top, text) => {
      const found = await tinyLogits({ ...tied(top, text), tensors: ownHead });
      expect(found.logits).toEqual((await upside).logits);
      expect(difference(found.logits, base.logits)).toBeGreaterThan(0.1);
      expect(found.parameters).toBe((await upside).parameters);
    },
  );

  it("is the embedding where both are equal, and is held and counted once", async () => {
    const found = await tinyLogits({ ...tied(true, true), tensors: sameHead });
    expect(found).toEqual(base);
    const apart = await tinyLogits({ ...tied(false, false), tensors: sameHead });
    expect(apart.logits).toEqual(base.logits);
    expect(apart.parameters).toBeGreaterThan(base.parameters);
    expect(apart.weightBytes).toBeGreaterThan(base.weightBytes);
  });

  it("is the embedding where only it is stored", async () => {
    expect(await tinyLogits({ ...tied(true, null), tensors: onlyHead })).toEqual(base);
  });

  it("is missing where config.json says that it is not tied", async () => {
    const missing = expect.stringContaining(`no tensor "${HEAD}"`);
    await expect(openOdd(tied(false, true))).rejects.toMatchObject({ code: "bad-checkpoint", message: missing });
  });
});

describe("tensors' names", () => {
  it.each<[string, (name: string) => string]>([
    ["lack the prefix", (name) => name.replace(/^model\./, "")],
    ["lack it in the vision tower", (name) => name.replace(/^model\.vision_model/, "vision_model")],
    ["have it twice", (name) => `model.${name}`],
  ])("are found where they %s", async (_, rename) => {
    expect(await tinyLogits({ tensors: renamed(rename) })).toEqual(base);
  });

  it("are those of the model where a file has both", async () => {
    const found = await tinyLogits({
      tensors: (tensors) => [...tensors.values(), upsideDown(tensors.get(EMBEDDING), EMBEDDING.replace("model.", ""))],
    });
    expect(found).toEqual(base);
  });
});

it.each<[string, OddCheckpoint["index"]]>([
  ["counts bytes of files", (index) => Object.assign(index.metadata, { total_size: 1e6 })],
  [
    "lists tensors of another part",
    (index) => Object.assign(index.weight_map, { "mtp.fc.weight": "model-00002-of-00002.safetensors" }),
  ],
])("an index that %s is no hindrance", async (_, index) => {
  expect((await tinyLogits({ index })).logits).toEqual(base.logits);
});

describe("before a model is opened, people are told", () => {
  const inspect = async (odd: OddCheckpoint) =>
    inspectCheckpoint(await createOddFolder(odd), nodeDevice, { backend: "cpu" });

  it.each<[string, OddCheckpoint["files"], RegExp | ""]>([
    ["nothing where nothing is lacking", {}, ""],
    [
      "that it takes no questions without tokenizer.json",
      { "tokenizer.json": null },
      /no questions here.*add tokenizer\.json/,
    ],
    ["so without a chat template", { "chat_template.json": null }, /no questions here.*add chat_template\.jinja/],
    [
      "that it takes no pictures without a processor",
      { "preprocessor_config.json": null, "processor_config.json": null },
      /without pictures only: add preprocessor_config\.json/,
    ],
  ])("%s", async (_, files, note) => {
    const needs = await inspect({ ...(files ? { files } : {}) });
    if (note === "") expect(needs.note).toBe("");
    else expect(needs.note).toMatch(note);
  });

  it("how a tokenizer in an older form becomes one that is read", async () => {
    const folder = await createOddFolder({ files: { "tokenizer.json": null } });
    const older = ["vocab.json", "merges.txt"];
    const has = async (path: string) => older.includes(path) || folder.has(path);
    const { note } = await inspectCheckpoint({ ...folder, has }, nodeDevice, { backend: "cpu" });
    expect(note).toMatch(
      /add tokenizer\.json .* Its vocab\.json and merges\.txt are not read here; transformers makes/,
    );
  });

  it.each<[string, OddCheckpoint, RegExp]>([
    [
      "how it is quantised",
      { config: (config) => ({ ...config, quantization_config: { quant_method: "awq", bits: 4 } }) },
      /quant_method is "awq": the weights are packed in 4 bits/,
    ],
    [
      "so by MLX",
      { config: (config) => ({ ...config, quantization: { group_size: 64, bits: 4 } }) },
      /quantization is set/,
    ],
    [
      "so where only the text tower is",
      {
        config: (config) => ({
          ...config,
          text_config: { ...(config.text_config as object), quantization_config: { quant_method: "fp8" } },
        }),
      },
      /"fp8"/,
    ],
    [
      "that it is in double precision",
      {
        tensors: (tensors) =>
          [...tensors.values()].map((tensor) => ({
            ...tensor,
            dtype: "F64",
            bytes: new Uint8Array(2 * tensor.bytes.length),
          })),
      },
      /stored as F64/,
    ],
  ])("%s", async (_, odd, message) => {
    await expect(inspect(odd)).rejects.toMatchObject({ code: "unsupported", message: expect.stringMatching(message) });
  });

  it("that packed tensors mean a quantised model, also where config.json is silent", async () => {
    const tensors: OddCheckpoint["tensors"] = (all) =>
      [...all.values()].map((tensor) =>
        tensor.name.endsWith("0.mlp.up_proj.weight")
          ? { ...tensor, name: tensor.name.replace("weight", "qweight") }
          : tensor,
      );
    await expect(inspect({ tensors })).rejects.toMatchObject({
      hint: expect.stringMatching(/are quantised, as ".*qweight" shows/),
    });
  });
});

describe("samples of token ids", () => {
  const pixels = { pixelValues: new Float32Array(3 * 32 * 32), pixelShape: [1, 3, 32, 32] } as const;
  const none = { pixelValues: null, pixelShape: null } as const;
  const image = 5;

  it("have one image token for each row of their pictures' features", async () => {
    const { model, dispose } = await openOdd();
    const { vision } = model.definition;
    expect(vision?.imageTokenId).toBe(image);
    expect(framesOfTokens(vision, { prompt: [1, image, 9], ...pixels })).toHaveLength(1);
    expect(framesOfTokens(vision, { prompt: [1, 9], ...none })).toEqual([]);
    const refused = (message: RegExp) =>
      expect.objectContaining({ code: "bad-input", message: expect.stringMatching(message) });
    expect(() => framesOfTokens(vision, { prompt: [1, 9], ...pixels })).toThrow(
      refused(/has 0 image tokens; its 1 frame .* make 1/),
    );
    expect(() => framesOfTokens(vision, { prompt: [image, image], ...pixels })).toThrow(refused(/has 2 image tokens/));
    expect(() => framesOfTokens(vision, { prompt: [image], ...none })).toThrow(
      refused(/has 1 image token; its 0 frames/),
    );
    const other = { ...pixels, pixelShape: [1, 3, 64, 16] } as const;
    expect(() => framesOfTokens(vision, { prompt: [image], ...other })).toThrow(
      refused(/shape \[3, 64, 16\]; the model takes \[3, 32, 32\]/),
    );
    expect(() => framesOfTokens(null, { prompt: [image], ...pixels })).toThrow(refused(/takes no pictures/));
    await dispose();
  });
});

it("a picture reaches the model where tokenizer.json does not list its token as added", async () => {
  const lost = (text: string) => {
    const file = JSON.parse(text) as { added_tokens: { content: string }[] };
    return JSON.stringify({ ...file, added_tokens: file.added_tokens.filter(({ content }) => content !== "<image>") });
  };
  const picture = { width: 32, height: 32, pixels: new Uint8ClampedArray(32 * 32 * 4).fill(90) };
  const prepared = async (odd: OddCheckpoint) => {
    const session = await openOdd(odd);
    const input = await session.prepareInput({ picture, question: "Is it?" });
    await session.dispose();
    return input;
  };
  expect(await prepared({ files: { "tokenizer.json": lost } })).toEqual(await prepared({}));
});
