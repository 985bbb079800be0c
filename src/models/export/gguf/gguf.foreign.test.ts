/** llama.cpp opens our GGUF files and computes what the engine computes under masks, of text and of pictures. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTemporaryFolder } from "../../../cli/testing/temporary-folder.ts";
import { type Plan, planPruning } from "../../../core/plan.ts";
import { createRandom } from "../../../core/random.ts";
import { framesOfPixels } from "../../../engine/load/prepare-input.ts";
import { openNodeSession } from "../../../engine/node-engine.ts";
import { createPruningMasks } from "../../../engine/pass/compensation.ts";
import { encodeFrames } from "../../../engine/pass/frames.ts";
import type { MaskSet } from "../../../engine/pass/masks.ts";
import type { Session } from "../../../engine/session.ts";
import {
  BUNDLED,
  largestDifference,
  OPENED_KINDS,
  promptLogits,
  smallSample,
  unevenPlan,
  writeSmallFolder,
} from "../../../engine/testing/small-folders.ts";
import { BYTE_CHARACTERS } from "../../byte-level.ts";
import { openCheckpoint } from "../../checkpoint.ts";
import { createNodeFolder } from "../../node-folder.ts";
import { askLlamaCpp, type GgufAnswer, type GgufRequest, writeExport } from "../../testing/gguf-in-llama-cpp.ts";
import { loadExport } from "../formats.ts";
import type { NumberFormat } from "../number-format.ts";

const TEXTS = [
  "What is left of the red circle?",
  "<|im_start|>User: How many blue squares are there?<end_of_utterance>\nAssistant:",
  "  two  spaces,\ttabs\n\n  and 1234567 digits; it's \"we'll\" don't…",
  "Größe, naïve, 日本語, emoji 🦙🚀, \u00a0no-break, ﬁn",
  "",
];

/** Positions whose largest logit is at another place. */
function changedChoices(found: readonly number[], own: Float32Array, rows: number): number[] {
  const width = own.length / rows;
  const choice = (row: number[]) => row.indexOf(Math.max(...row));
  const row = (logits: ArrayLike<number>, at: number) => Array.from(logits).slice(at * width, (at + 1) * width);
  return Array.from({ length: rows }, (_, at) => at).filter((at) => choice(row(found, at)) !== choice(row(own, at)));
}

/** Nothing is removed. */
const wholePlan = (session: Session) => unevenPlan(session, { kept: (units) => units });

const largestOf = (numbers: Float32Array) => largestDifference(numbers, new Float32Array(numbers.length));
const framesIn = ({ chunks = [] }: GgufAnswer) => chunks.flatMap(({ features }) => (features ? [features] : []));

/** A picture of as many pixels as a frame, so that nothing is resampled: as bytes, and as frames. */
function picture({ model }: Session) {
  const { vision } = model.definition;
  if (!vision) return null;
  const { imageSize: side } = vision;
  const random = createRandom(9);
  const pixels = Array.from({ length: 3 * side * side }, () => random.integer(256));
  const values = Float32Array.from(pixels, (_, index) => {
    const [channel, pixel] = [Math.floor(index / (side * side)), index % (side * side)];
    return ((pixels[3 * pixel + channel] ?? 0) / 255 - 0.5) / 0.5;
  });
  return { pixels, side, frames: framesOfPixels(vision, values) };
}

async function features(session: Session, masks: MaskSet): Promise<Float32Array> {
  const { model } = session;
  const tensor = (await encodeFrames(model, picture(session)?.frames ?? [], masks)).rows;
  const numbers = await model.backend.read(tensor);
  model.backend.release(tensor);
  return Float32Array.from(numbers);
}

/** What llama.cpp makes of the model at `place`, without what `plan` removes, written into `folder`. */
async function ask(
  { place, session, folder }: Opened,
  plan: Plan,
  precision: NumberFormat,
  options: Partial<GgufRequest> = {},
): Promise<GgufAnswer> {
  const checkpoint = await openCheckpoint(await createNodeFolder(place));
  const { weightHash, layout } = session.summary;
  const source = { checkpoint, weightHash, layout, plan, pruning: planPruning(plan, layout) };
  const paths = await writeExport(await (await loadExport("gguf"))(source, { precision }), folder.path("export"));
  const seen = picture(session);
  const answer = await askLlamaCpp({
    model: paths["model.gguf"] ?? "",
    ...(seen && { mmproj: paths["mmproj.gguf"] ?? "", pixels: seen.pixels, width: seen.side, height: seen.side }),
    prompt: smallSample({ vision: null }).input.prompt,
    cache: "F32",
    texts: TEXTS,
    ...options,
  });
  expect(answer.error).toBeUndefined();
  return answer;
}

interface Opened {
  readonly place: string;
  readonly session: Session;
  readonly folder: ReturnType<typeof useTemporaryFolder>;
}

/** Opens a model for the tests of a block. */
function useModel(write: (folder: string) => string): () => Opened {
  const folder = useTemporaryFolder();
  let opened: Opened;
  beforeAll(async () => {
    const place = write(folder.path("model"));
    opened = { place, session: await openNodeSession(place), folder };
  });
  afterAll(() => opened?.session.dispose());
  return () => opened;
}

describe.each(["bundled", ...OPENED_KINDS] as const)("the model %s", (kind) => {
  const model = useModel((folder) => (kind === "bundled" ? BUNDLED : writeSmallFolder(kind, folder)));

  it.each([
    // How far logits may lie, of the largest: the rounding of matrices, and of the cache.
    ["F32", "F32", false, 1e-5],
    ["F32", "F32", true, 1e-5],
    ["F32", "F16", true, 5e-4],
    ["F16", "F16", false, 3e-3],
    ["BF16", "F32", true, 2e-2],
  ] as const)("is the masked one, in %s with a cache in %s, compensated: %s", async (...options) => {
    const [format, cache, compensated, tolerance] = options;
    const { session } = model();
    const plan = unevenPlan(session, { compensated });
    const found = await ask(model(), plan, format, { cache });
    const { input } = smallSample({ vision: null });
    const masks = await createPruningMasks(session.model, planPruning(plan, session.summary.layout));
    const own = await promptLogits(session, input, masks);
    expect(largestDifference(found.logits, own)).toBeLessThan(tolerance * largestOf(own));
    expect(changedChoices(found.logits, own, input.prompt.length)).toEqual([]);
    const dense = await promptLogits(session, input, session.denseMasks);
    expect(largestDifference(found.logits, dense)).toBeGreaterThan(1);
    const frames = framesIn(found);
    expect(frames.length).toBe(session.model.definition.vision ? 2 : 0);
    if (frames.length > 0) {
      const [wanted, whole] = [await features(session, masks), await features(session, session.denseMasks)];
      for (const frame of frames) {
        expect(largestDifference(frame, wanted)).toBeLessThan(largestOf(wanted) / (format === "BF16" ? 50 : 1000));
        expect(largestDifference(frame, whole)).toBeGreaterThan(largestOf(wanted) / 10);
      }
    }
    masks.release();
  });

  it("cuts texts into our tokens, and knows where they end", async () => {
    const { session } = model();
    const found = await ask(model(), wholePlan(session), "F16", { prompt: [1] });
    const { tokenizer, stopIds } = session.checkpoint;
    expect(found.tokens).toEqual(TEXTS.map((text) => tokenizer?.encode(text)));
    expect(found.texts).toEqual(TEXTS);
    expect(found.ends).toEqual(expect.arrayContaining([...stopIds]));
    expect(found.begins).toEqual([tokenizer?.tokenId("<|im_start|>"), false]);
    for (const { tensors, bytes } of [found.model, found.mmproj ?? found.model]) {
      const end = Math.max(...Object.values(tensors).map((tensor) => tensor.end));
      expect(Math.ceil(end / 32) * 32).toBe(bytes);
      expect([...new Set(Object.values(tensors).map(({ type }) => type))].sort()).toEqual(["F16", "F32"]);
    }
    const { text } = session.model.definition;
    expect(found.model.keys).toMatchObject({
      "general.architecture": "deci",
      "deci.attention.head_count_kv": text.layers.map(({ shape }) => shape.attentionUnits),
      "deci.rope.freq_base": 10_000,
    });
    expect(found.mmproj?.keys["clip.projector_type"]).toBe(session.model.definition.vision ? "idefics3" : undefined);
  });
});

describe("a vision tower whose MLP keeps as many neurons as the tower is wide", () => {
  const model = useModel((folder) => writeSmallFolder("idefics3", folder));

  it("gets one more, of zeros: llama.cpp would take the matrices for swapped", async () => {
    const { session } = model();
    const kept = (units: number) => (units === 80 ? 64 : units);
    const plan = unevenPlan(session, { kept });
    const found = await ask(model(), plan, "F32", { prompt: [1] });
    expect(found.mmproj?.tensors["v.blk.0.ffn_up.weight"]?.shape).toEqual([65, 64]);
    const masks = await createPruningMasks(session.model, planPruning(plan, session.summary.layout));
    const wanted = await features(session, masks);
    expect(largestDifference(framesIn(found)[0] ?? [], wanted)).toBeLessThan(largestOf(wanted) / 1000);
    masks.release();
  });
});

describe("a checkpoint without a tokenizer", () => {
  const model = useModel((folder) => {
    writeSmallFolder("llama", folder);
    for (const name of ["tokenizer.json", "tokenizer_config.json", "chat_template.json"]) rmSync(join(folder, name));
    return folder;
  });

  it("takes ids", async () => {
    const { session } = model();
    const plan = unevenPlan(session);
    const found = await ask(model(), plan, "F32", { texts: [] });
    const masks = await createPruningMasks(session.model, planPruning(plan, session.summary.layout));
    const own = await promptLogits(session, smallSample({ vision: null }).input, masks);
    expect(largestDifference(found.logits, own)).toBeLessThan(1e-5 * largestOf(own));
    masks.release();
  });
});

/** Bytes and few words, some of which only one way of cutting leaves whole. */
function tokenizerOf(preTokenizer: object, ignoreMerges: boolean, special: readonly string[] = ["<|end|>"]): string {
  const merges = ["1 2", "12 3", "123 4", "Ġ 1", "Ġ a", "Ġa b", "a b", "a c", "' S", "! Ċ", "Ċ Ċ", "Ġ Ġ", "- a"];
  const words = [...BYTE_CHARACTERS, ...merges.map((pair) => pair.replace(" ", "")), "ĠabĠ", "acab"];
  return JSON.stringify({
    added_tokens: special.map((content, index) => ({ id: words.length + index, content, special: true })),
    pre_tokenizer: preTokenizer,
    decoder: { type: "ByteLevel" },
    model: {
      type: "BPE",
      ignore_merges: ignoreMerges,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
      merges,
    },
  });
}

const CUTS = "acab12345 -ab ab's AB'S 12 1234!\n\n  ab\n\n\n !\n\u00a0ac1234 é12 <|end|>ab  ";
const BYTES = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
const DIGITS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const cutting = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });

describe("ways of cutting texts", () => {
  const seen = new Set<string>();

  describe.each([
    ["gpt-2", { type: "ByteLevel", add_prefix_space: false }, false],
    [
      "smollm",
      { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, { type: "ByteLevel" }] },
      false,
    ],
    ["llama-bpe", { type: "Sequence", pretokenizers: [cutting(DIGITS), BYTES] }, true],
    ["smaug-bpe", { type: "Sequence", pretokenizers: [cutting(DIGITS), BYTES] }, false],
    ["qwen2", { type: "Sequence", pretokenizers: [cutting(DIGITS.replace("{1,3}", "")), BYTES] }, false],
  ] as const)("as %s", (name, preTokenizer, ignoreMerges) => {
    const model = useModel((folder) => {
      writeSmallFolder("llama", folder);
      writeFileSync(join(folder, "tokenizer.json"), tokenizerOf(preTokenizer, ignoreMerges));
      writeFileSync(join(folder, "tokenizer_config.json"), "{}");
      return folder;
    });

    it("are llama.cpp's too", async () => {
      const { session } = model();
      const found = await ask(model(), wholePlan(session), "F16", { prompt: [1], texts: [CUTS] });
      expect(found.model.keys["tokenizer.ggml.pre"]).toBe(name);
      const own = session.checkpoint.tokenizer?.encode(CUTS);
      expect(found.tokens).toEqual([own]);
      expect(seen.has(String(own))).toBe(false);
      seen.add(String(own));
    });
  });
});

const AROUND = ["<image>", "<fake_token_around_image>", "<global-img>", "<row_1_col_1>"];

describe("a model that sees, whose vocabulary has what llama.cpp writes around a picture", () => {
  const cutting = { type: "ByteLevel", add_prefix_space: false };
  const model = useModel((folder) => {
    const tokenizer = tokenizerOf(cutting, false, AROUND);
    const image = (JSON.parse(tokenizer) as { added_tokens: { id: number }[] }).added_tokens[0]?.id;
    writeSmallFolder("idefics3", folder, { change: (config) => (config.image_token_id = image) });
    writeFileSync(join(folder, "tokenizer.json"), tokenizer);
    writeFileSync(join(folder, "tokenizer_config.json"), "{}");
    return folder;
  });

  it("reads it as we do, in a prompt of both files", async () => {
    const { session } = model();
    const plan = unevenPlan(session, { compensated: true });
    const found = await ask(model(), plan, "F32", { prompt: [1], texts: [], around: ["ab 12", " ac?"] });
    const { tokenizer } = session.checkpoint;
    const image = tokenizer?.tokenId("<image>") ?? -1;
    const width = session.model.definition.text.width;
    const prompt = (found.chunks ?? []).flatMap(
      ({ ids, features: rows = [] }) => ids ?? new Array<number>(rows.length / width).fill(image),
    );
    expect(tokenizer?.decode(prompt)).toBe(
      `ab 12${AROUND[1]}${AROUND[3]}${"<image>".repeat(9)}\n\n${AROUND[1]}${AROUND[2]}${"<image>".repeat(9)}${AROUND[1]} ac?`,
    );
    const frames = picture(session)?.frames ?? [];
    const masks = await createPruningMasks(session.model, planPruning(plan, session.summary.layout));
    const own = await promptLogits(session, { prompt, frames: [...frames, ...frames] }, masks);
    const last = own.subarray(own.length - session.model.definition.text.vocabularySize);
    expect(largestDifference(found.next ?? [], last)).toBeLessThan(5e-4 * largestOf(last));
    const other = await promptLogits(session, { prompt, frames: [...frames, ...frames] }, session.denseMasks);
    expect(largestDifference(found.next ?? [], other.subarray(-last.length))).toBeGreaterThan(largestOf(last) / 10);
    masks.release();
  });
});
