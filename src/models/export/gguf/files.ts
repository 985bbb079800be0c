/**
 * A sliced model as llama.cpp and the programs around it take it: `model.gguf` with the text model and the tokenizer, and for
 * models that see `mmproj.gguf` with the vision tower and its connector.
 */
import { architectureOf } from "../../architectures/registry.ts";
import { findTemplateText } from "../../chat-template.ts";
import type { Checkpoint } from "../../checkpoint.ts";
import { notFinite } from "../../not-finite.ts";
import { readTextIfPresent } from "../../source.ts";
import type { ExportedFile } from "../contract.ts";
import { handOver } from "../hand-over.ts";
import { encodeNumbers, type NumberFormat } from "../number-format.ts";
import { type SlicedWeights, sizeOf } from "../sliced-weights.ts";
import { layoutGguf } from "./layout.ts";
import type { GgufParts, PlannedTensor } from "./parts.ts";
import { textParts } from "./text-model.ts";
import { tokenizerEntries } from "./tokenizer-keys.ts";
import { visionParts } from "./vision-parts.ts";

export const MODEL_FILE = "model.gguf";
export const VISION_FILE = "mmproj.gguf";

export interface GgufFiles {
  readonly model: ExportedFile;
  /** Null for a model that takes text only. */
  readonly vision: ExportedFile | null;
  /** What people should know of them, a sentence or two each. */
  readonly notes: readonly string[];
}

export interface GgufOptions {
  /** What programs call the model. */
  readonly name: string;
  /** Of matrices; norms, biases and what is added to pixels stay in single precision. */
  readonly format: NumberFormat;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param sliced in float32, so that norms and biases lose nothing.
 * @throws PivotscopeError `unsupported` where llama.cpp has no place for a tensor or would cut texts in another way; what
 *   reading the checkpoint's small files throws.
 */
export async function ggufFiles(
  { folder, stopIds, config, tokenizer: ownTokenizer }: Pick<Checkpoint, "folder" | "stopIds" | "config" | "tokenizer">,
  sliced: SlicedWeights,
  { name, format, signal }: GgufOptions,
): Promise<GgufFiles> {
  const read = (path: string) => readTextIfPresent(folder, path, signal);
  const [tokenizer, tokenizerConfig, chatTemplateJson, chatTemplateJinja, preprocessor, processor] = await Promise.all([
    read("tokenizer.json"),
    read("tokenizer_config.json"),
    read("chat_template.json"),
    read("chat_template.jinja"),
    read("preprocessor_config.json"),
    read("processor_config.json"),
  ]);
  const { definition } = sliced;
  const { pictures } = architectureOf(config);
  const chatTemplate = findTemplateText({ chatTemplateJson, chatTemplateJinja, tokenizerConfig })?.text ?? null;
  const tokens = tokenizerEntries(
    { tokenizer, tokenizerConfig, chatTemplate },
    { vocabularySize: definition.text.vocabularySize, stopIds, alsoAdded: pictures?.prompt(config).addedTokens ?? [] },
  );
  const text = textParts(definition, sliced.config.text, name, format);
  const files = { preprocessor, processor, tokenizer: ownTokenizer };
  const vision = visionParts(definition, sliced.config, files, name, format);
  return {
    model: fileOf(MODEL_FILE, { ...text, entries: [...text.entries, ...tokens] }, sliced),
    vision: vision && fileOf(VISION_FILE, vision, sliced),
    notes: vision?.notes ?? [],
  };
}

function fileOf(path: string, { entries, tensors }: GgufParts, sliced: SlicedWeights): ExportedFile {
  const planned = new Map(tensors.map((tensor) => [tensor.source, tensor]));
  const ordered = sliced.tensors.flatMap(({ name }) => planned.get(name) ?? []);
  const { header, padding, bytes } = layoutGguf(entries, ordered);
  const zeros = new Map(ordered.map(({ source }, index) => [source, padding[index] ?? 0]));
  return {
    path,
    bytes,
    stream: (signal) =>
      handOver<Uint8Array<ArrayBuffer>>(async (give) => {
        await give(header);
        await sliced.read({
          names: new Set(zeros.keys()),
          signal,
          async onTensor({ name }, data) {
            await give(written(planned.get(name) as PlannedTensor, data));
            await give(new Uint8Array(zeros.get(name) ?? 0));
          },
        });
      }),
  };
}

/**
 * Bytes of a tensor in its format, made with as few copies as can be: tables of vocabularies are large.
 * @param data float32 as the sliced model has them.
 */
function written({ source, shape, format, arrange }: PlannedTensor, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  const numbers = new Float32Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / 4);
  const arranged = arrange?.(numbers) ?? numbers;
  const bytes = new Uint8Array(arranged.buffer as ArrayBuffer, arranged.byteOffset, arranged.byteLength);
  if (format === "F32") return bytes;
  const encoded = encodeNumbers(arranged, format);
  const wrong = format === "F16" ? new Uint16Array(encoded.buffer).findIndex(isInfinite) : -1;
  if (wrong < 0) return encoded;
  throw notFinite(
    { name: source, dtype: "F32", shape, size: sizeOf(shape), begin: 0, end: bytes.length, bytes },
    wrong,
  );
}

function isInfinite(half: number): boolean {
  return (half & 0x7c00) === 0x7c00;
}
