/** What is asked and told about a model before and while it is loaded. */
import type { UnitLayout } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import type { PictureBudget } from "../../models/pictures.ts";
import type { RecommendedParameters } from "../../models/recommended.ts";

export type BackendKind = "webgpu" | "cpu";

export interface LoadOptions {
  /** "auto": WebGPU on graphics hardware, else the CPU. */
  readonly backend: "auto" | BackendKind;
  /** "auto": float16 on a GPU that has shader-f16 and passes the self-check, else float32. */
  readonly precision?: "auto" | Precision;
}

/** What people say of their device, since browsers do not tell. */
export interface StatedDevice {
  /** Bytes of the GPU's memory; null or absent where nobody said. */
  readonly gpuMemory?: number | null;
}

/** What loading takes beside the options that people choose. */
export interface LoadRequest extends LoadOptions, StatedDevice {
  /**
   * Names of checks of a device that were passed before (`ModelSummary.checks`) and are not made again. Where they are given,
   * what is not among them and need not be known before the first answer is left to `Engine.checkDevice`. Absent: all is
   * checked before the model is there.
   */
  readonly checked?: readonly string[];
  /** See `Engine.setPictureBudget`; null or absent for the processor's own. */
  readonly pictureBudget?: number | null;
}

/** How the check of the device went that was left for later. */
export interface CheckOutcome {
  /** Whether text is written by fused graphs from now on. */
  readonly right: boolean;
  /** In the place of `ModelSummary.precisionNote`. */
  readonly precisionNote: string;
}

export interface LoadProgress {
  /**
   * Reading small files; reading the weights and putting each tensor on the backend as it comes; checking what `item` says
   * on the GPU: half precision against single precision, fused text generation against layers.
   */
  readonly stage: "files" | "weights" | "check";
  /** Bytes of all files to read; `total` is 0 while it is unknown. */
  readonly done: number;
  readonly total: number;
  /** Name of the file or tensor at hand. */
  readonly item: string;
  /** Where the bytes at hand come from. */
  readonly from?: "network" | "cache" | "disk";
}

/** What a checkpoint would take, found out from its small files and its weights' header before anything is loaded. */
export interface ModelNeeds {
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  /** Commit or other name of the version that was looked at; empty where there is none. */
  readonly version: string;
  /** Files that would be read. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly cachedBytes: number }[];
  /** Bytes that would come over the network, and bytes that are here already. */
  readonly bytesToFetch: number;
  readonly bytesCached: number;
  /** How the file stores its weights, for example ["BF16"]. */
  readonly dtypes: readonly string[];
  /** What people should know about this version or how its files are kept, as `CheckpointFolder.note`; else empty. */
  readonly note: string;
  /** One entry for each way to run it, the one that "auto" takes first. */
  readonly choices: readonly ModelChoice[];
}

export interface ModelChoice {
  readonly backend: BackendKind;
  readonly precision: Precision;
  /** Bytes of weights in memory or on the GPU. */
  readonly weightBytes: number;
  /** Bytes of the largest buffer that this model needs. */
  readonly largestBuffer: number;
  /** Bytes that this device allows for one buffer; null on the CPU. */
  readonly bufferLimit: number | null;
  /** Whether this device's limits allow it. */
  readonly fits: boolean;
  /** One sentence that says why it does or does not; names both numbers and what would fit where it does not. */
  readonly reason: string;
}

/** What a way to run a model takes of a device's memory, counted in a dry run before anything large is fetched. */
export interface MemoryNeeds {
  readonly backend: BackendKind;
  readonly precision: Precision;
  /** Bytes of the weights. */
  readonly weights: number;
  /** Bytes that it is held against: the GPU's or the device's memory. `stated`: by people or the system, else assumed. */
  readonly memory: number;
  readonly stated: boolean;
  /** One entry for each size of pictures, the smallest first. */
  readonly pictures: readonly PictureMemory[];
  /** One sentence with both numbers that says what fits; where nothing does, what would. */
  readonly reason: string;
}

/** Bytes at the worst moment, weights included and what runtime and system keep not. */
export interface PictureMemory {
  /** Image tokens of a picture at most; null where that cannot be chosen. */
  readonly tokens: number | null;
  readonly writing: number;
  readonly measuring: number;
  /** In batches of two, prompt and reasoning of 296 tokens beside the picture's. */
  readonly calibrating: number;
  /** Whether all of it fits, and whether writing does. */
  readonly fits: boolean;
  readonly fitsWriting: boolean;
}

export interface ModelSummary {
  readonly name: string;
  /** Hex SHA-256 of the weights file: ties a Plan to the weights it was made for. */
  readonly weightHash: string;
  readonly architecture: string;
  readonly layout: UnitLayout;
  readonly backend: BackendKind;
  /** Why the cpu backend was taken although webgpu was wanted, and what to do; empty otherwise. */
  readonly backendNote: string;
  /** Whether that was because WebGPU computes in software here: it can be had, and is slower. */
  readonly webGpuInSoftware: boolean;
  /** Bytes of weights that the backend holds. */
  readonly weightBytes: number;
  /** Number format of the weights, and of arithmetic while text is written. */
  readonly precision: Precision;
  /**
   * Why this precision, where people should know (half precision wanted but not to be had, or overridden), and why text is
   * written layer by layer where the GPU computes fused graphs wrongly; else empty.
   */
  readonly precisionNote: string;
  /** Checks of the device: names of those that were passed while it was loaded, and of the one that is left for later. */
  readonly checks?: { readonly passed: readonly string[]; readonly open: string | null };
  /** What people should know about how the files are kept, for example that the disk is full; else empty. */
  readonly cacheNote: string;
  /** Whether the checkpoint's image processor can cut a picture into several frames. */
  readonly splitsPictures: boolean;
  /** How it cuts them: side of a frame, and the longest edge that a picture is resized to before. Null or absent: never. */
  readonly splitting?: { readonly frameSize: number; readonly longestEdge: number } | null;
  /** How many image tokens a picture may take, where that can be chosen. Null or absent: it cannot. */
  readonly pictureBudget?: PictureBudget | null;
  readonly vision: boolean;
  readonly imageTokens: number;
  readonly vocabularySize: number;
  readonly maximumTokens: number;
  /** What the checkpoint's makers recommend instead of the method's defaults, for example {window: 2}. */
  readonly recommended: RecommendedParameters;
  /** Whether the checkpoint folder carries a calibration set, and how many samples it has. */
  readonly calibrationSamples: number;
}
