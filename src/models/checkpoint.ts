/**
 * Opening a checkpoint: every small file of the folder read, checked and turned into what the engine works with, and the
 * weights' headers read. The weights themselves are left to be streamed, so that a checkpoint that cannot work is refused
 * before they are fetched.
 */
import { onDemand } from "../core/on-demand.ts";
import { architectureOf, type ModelConfig, openModelConfig } from "./architectures/registry.ts";
import { type FittedWeights, fitWeights } from "./fit-weights.ts";
import { findStopIds } from "./generation-config.ts";
import { readModelConfig } from "./model-config-file.ts";
import { openWeights } from "./open-weights.ts";
import type { PictureProcessor } from "./pictures.ts";
import { createPromptBuilder, type PromptBuilder, type PromptOptions } from "./prompt.ts";
import { parseRecommended, type RecommendedParameters } from "./recommended.ts";
import { createReplies, type Replies } from "./replies.ts";
import { type EvaluationEntry, type PictureSample, parseCalibrationSet, parseEvaluationSet } from "./samples.ts";
import { type CheckpointFolder, OPTIONAL_FILES, readTextIfPresent } from "./source.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

export interface CheckpointProgress {
  readonly stage: "files";
  /** Bytes of small files that have been read; how many there are is not known before. */
  readonly done: number;
  readonly total: 0;
  /** Name of the file at hand. */
  readonly item: string;
}

export interface OpenOptions {
  readonly onProgress?: (progress: CheckpointProgress) => void;
  readonly signal?: AbortSignal;
}

export interface Checkpoint extends FittedWeights {
  readonly name: string;
  /** The folder it came from, for the pictures of its calibration set. */
  readonly folder: CheckpointFolder;
  /** Null without tokenizer.json: such a checkpoint takes token ids only. */
  readonly tokenizer: Tokenizer | null;
  /** Null without tokenizer or chat template. */
  readonly prompts: PromptBuilder | null;
  /** Null without the image processor's settings, and for models without vision tower. */
  readonly images: PictureProcessor | null;
  /** How replies are written; null without tokenizer or chat template. */
  readonly replies: Replies | null;
  /** Token ids that end a reply. */
  readonly stopIds: readonly number[];
  readonly recommended: RecommendedParameters;
  /** The checkpoint's own calibration set, null without calibration.json. */
  readonly calibration: readonly PictureSample[] | null;
}

const EVALUATION = "evaluation.json";

/** The language that templates are written in is a tenth of what the worker begins with, and the first question needs it only. */
const loadTemplates = onDemand(() => import("./chat-template.ts"));

type OptionalFile = (typeof OPTIONAL_FILES)[number];
type OptionalTexts = Readonly<Record<OptionalFile, string | null>>;

/**
 * Opens the checkpoint in `folder`.
 *
 * @throws PivotscopeError `not-found` when config.json or the weights are missing, `network`, `bad-checkpoint`,
 *   `unsupported`, or `cancelled`; each message names the file and what was found.
 */
export async function openCheckpoint(folder: CheckpointFolder, options: OpenOptions = {}): Promise<Checkpoint> {
  const { signal } = options;
  // Comes beside the files; whoever waits for it hears of a failure.
  loadTemplates().catch(() => undefined);
  const modelConfig = await readModelConfig(folder, signal);
  const config = await openModelConfig(modelConfig);
  const texts = await readOptionalFiles(folder, options);

  const tokenizerJson = texts["tokenizer.json"];
  const added = architectureOf(config).pictures?.prompt(config).addedTokens;
  const tokenizerConfig = texts["tokenizer_config.json"];
  const tokenizer = tokenizerJson === null ? null : createTokenizer(tokenizerJson, tokenizerConfig, added);
  const { findChatTemplate } = await loadTemplates();
  const template = findChatTemplate({
    chatTemplateJson: texts["chat_template.json"],
    chatTemplateJinja: texts["chat_template.jinja"],
    tokenizerConfig,
  });
  const chat = tokenizer && template && { tokenizer, template };
  const replies = chat && createReplies(chat.tokenizer, chat.template, architectureOf(config).pictures !== null);
  const calibration = texts["calibration.json"];
  const parts = {
    tokenizer,
    prompts: chat && openPrompts(config, chat),
    images: await openImages(config, tokenizer, texts),
    stopIds: findStopIds({
      generationConfig: texts["generation_config.json"],
      modelConfig,
      specialTokens: tokenizer?.specialTokens ?? new Map(),
      endOfTurn: replies?.endOfTurn ?? null,
    }),
    replies,
    recommended: parseRecommended(texts["pivotscope.json"]),
    calibration: calibration === null ? null : parseCalibrationSet(calibration),
  };

  const weights = await openWeights(folder, signal);
  return { name: folder.name, folder, ...fitWeights(config, weights), ...parts };
}

/**
 * The checkpoint's own evaluation set, empty without evaluation.json. It is read when it is wanted: it is large, and
 * most visitors never ask for it.
 *
 * @throws PivotscopeError `bad-checkpoint`, `network`, or `cancelled`.
 */
export async function readEvaluationSet(
  folder: CheckpointFolder,
  signal?: AbortSignal,
): Promise<readonly EvaluationEntry[]> {
  const text = await readTextIfPresent(folder, EVALUATION, signal);
  return text === null ? [] : parseEvaluationSet(text, EVALUATION);
}

/** All at once: over a network each file costs a round trip. */
async function readOptionalFiles(folder: CheckpointFolder, options: OpenOptions): Promise<OptionalTexts> {
  let done = 0;
  const read = async (file: OptionalFile) => {
    const text = await readTextIfPresent(folder, file, options.signal);
    if (text !== null) {
      done += text.length;
      options.onProgress?.({ stage: "files", done, total: 0, item: file });
    }
    return [file, text] as const;
  };
  const entries = await Promise.all(OPTIONAL_FILES.map(read));
  return Object.fromEntries(entries) as Record<OptionalFile, string | null>;
}

function openPrompts(config: ModelConfig, chat: Pick<PromptOptions, "tokenizer" | "template">): PromptBuilder {
  const { define, pictures } = architectureOf(config);
  const { maximumTokens: maximumPositions, embeddingRows } = define(config).text;
  const image = pictures?.prompt(config) ?? null;
  return createPromptBuilder({ ...chat, maximumPositions, vocabularySize: embeddingRows, image });
}

async function openImages(
  config: ModelConfig,
  tokenizer: Tokenizer | null,
  texts: OptionalTexts,
): Promise<PictureProcessor | null> {
  const files = { preprocessor: texts["preprocessor_config.json"], processor: texts["processor_config.json"] };
  return architectureOf(config).pictures?.openProcessor(config, files, tokenizer) ?? null;
}
