/**
 * What the project has to know of one architecture, in one object. Everything about it lies in its folder; nothing outside
 * asks which one it is.
 */

import type { JsonObject } from "../../core/json/schemas.ts";
import type { Tower } from "../../core/unit.ts";
import type { PictureProcessor, PicturePrompt } from "../pictures.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { LayerWidths, ModelDefinition } from "./definition.ts";

/** What any architecture makes of config.json: plain data that its own functions take. */
export interface ArchitectureConfig {
  /** `Architecture.name` of the architecture that it describes a model of. */
  readonly architecture: string;
}

export interface DefinitionOptions {
  /** Parts that the vocabulary's tables are cut into, see `vocabularyParts` of the engine's memory plan; 1 when absent. */
  readonly vocabularyParts?: number;
  /** Units of every layer of a tower where they are not those of the dense model, as after pruning. */
  readonly widths?: Partial<Readonly<Record<Tower, readonly LayerWidths[]>>>;
}

/** Upper bounds on a model that has the same kinds of layers on a smaller scale, to try a device with. */
export interface Bounds {
  /** Of each tower. */
  readonly layers: number;
  readonly text?: {
    readonly vocabulary?: number;
    readonly keyValueHeads?: number;
    readonly mlpWidth?: number;
    /** Positions that the small model has; no bound. */
    readonly positions?: number;
  };
  readonly vision?: {
    /** The tower is as wide as its heads, and its MLP no wider. */
    readonly heads?: number;
    /** Patches to a side of a picture. */
    readonly side?: number;
  };
}

/** Texts of the files that may hold an image processor's settings; null where a file is not there. */
export interface ProcessorFiles {
  /** preprocessor_config.json */
  readonly preprocessor: string | null;
  /** processor_config.json */
  readonly processor: string | null;
}

/** What an architecture with a vision tower makes of pictures. */
export interface PictureSupport<Config extends ArchitectureConfig> {
  /**
   * The checkpoint's image processor.
   *
   * @returns null where no file has its settings.
   * @throws PivotscopeError `bad-checkpoint` for wrong fields, `unsupported` for steps that we do not have.
   */
  openProcessor(config: Config, files: ProcessorFiles, tokenizer: Tokenizer | null): Promise<PictureProcessor | null>;
  prompt(config: Config): PicturePrompt;
}

export interface Architecture<Config extends ArchitectureConfig> {
  /** Its name, as the registry knows it and people see it. */
  readonly name: Config["architecture"];
  /** What people look for when they look for a checkpoint, for example "SmolVLM". */
  readonly title: string;
  /** Values of `model_type` in config.json. */
  readonly modelTypes: readonly string[];
  /**
   * Other names of a tensor that files in the wild have in place of the model's own, which is the hub's; see fit-weights.ts,
   * which itself knows of a missing or further `model.` in front.
   */
  readonly otherNames?: (tensor: string) => readonly string[];
  /** Classes of transformers in `architectures` of config.json, which tell where `model_type` is missing. */
  readonly classNames: readonly string[];
  /**
   * Reads config.json.
   *
   * @throws PivotscopeError `bad-checkpoint` for a field of the wrong type or fields that contradict each other,
   *   `unsupported` for a variant whose forward pass we do not have; each names the field.
   */
  parseConfig(found: JsonObject): Config;
  /** The tensors, units and graphs of the model that `config` describes. */
  define(config: Config, options?: DefinitionOptions): ModelDefinition;
  /** The model with a matrix of its own for the head, whatever config.json says. */
  withOwnHead(config: Config): Config;
  /**
   * The model with these units in its layers. `projectionBias`: with biases on the last projections of the text tower,
   * where it has none; a tower that has some keeps them in any case.
   */
  narrowed(config: Config, widths: DefinitionOptions["widths"], projectionBias: boolean): Config;
  /** A model with the same kinds of layers, heads of the same size and text as wide, within `bounds`. */
  smaller(config: Config, bounds: Bounds): Config;
  /** Null where models take text only. */
  readonly pictures: PictureSupport<Config> | null;
}
