/** A vision tower that takes pictures of any size, and the layer that folds blocks of its patches into image tokens. */
import type { Bounds } from "../../architecture.ts";
import type { LayerWidths } from "../../definition.ts";
import { contradiction } from "../config-fields.ts";

/** What the MLP of a layer computes: two matrices with one of these between them, or a gate with SiLU beside them. */
export type GridMlp = "quickGelu" | "geluTanh" | "gated";

/** See windows.ts. */
export interface Windows {
  /** Patches to a side of a window. */
  readonly side: number;
  /** Layers that see whole pictures all the same. */
  readonly wholeLayers: readonly number[];
}

export interface GridEncoderConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly channels: number;
  readonly patchSize: number;
  /** Pictures of a film that a patch spans; a still picture is taken as often. */
  readonly times: number;
  /** Patches to a side of the block that becomes one image token. */
  readonly mergeSize: number;
  readonly norm: "layer" | "rootMeanSquare";
  readonly normEpsilon: number;
  readonly mlp: GridMlp;
  /** Base of the angles by which rows and columns turn. */
  readonly theta: number;
  readonly windows?: Windows;
  /** Whether the patch embedding has a bias. */
  readonly patchBias?: boolean;
  /** Side of the square table of learnt positions that are added to patches, where there is one, see table.ts. */
  readonly tableSide?: number;
  /** Patches to a side of the pictures that plans reckon with. */
  readonly side: number;
  /** Units of each layer where layers differ, see layer-widths.ts. */
  readonly widths?: readonly LayerWidths[];
}

/** Every head owns as many columns, whether all heads are there or not. */
export function headSizeOf({ hiddenSize, heads }: Pick<GridEncoderConfig, "hiddenSize" | "heads">): number {
  return hiddenSize / heads;
}

/** @throws PivotscopeError `bad-checkpoint` for a width that its heads do not divide, or heads that two axes cannot share. */
export function checkHeads({ hiddenSize, heads }: Pick<GridEncoderConfig, "hiddenSize" | "heads">): void {
  if (hiddenSize % heads !== 0) {
    throw contradiction(`vision_config: the width ${hiddenSize} is not a multiple of its ${heads} attention heads`);
  }
  if ((hiddenSize / heads) % 4 !== 0) {
    throw contradiction(
      `vision_config: heads of ${hiddenSize / heads} do not divide into pairs for the rows and as many for the columns`,
    );
  }
}

/** The tower within `bounds`, see `Architecture.smaller`. */
export function smallerGridEncoder(dense: GridEncoderConfig, { layers, vision = {} }: Bounds): GridEncoderConfig {
  const { widths: _, ...config } = dense;
  const heads = Math.min(vision.heads ?? Number.POSITIVE_INFINITY, config.heads);
  const hiddenSize = headSizeOf(config) * heads;
  const side = Math.min(vision.side ?? Number.POSITIVE_INFINITY, config.side);
  return {
    ...config,
    layers: Math.min(layers, config.layers),
    heads,
    hiddenSize,
    intermediateSize: heads < config.heads ? hiddenSize : config.intermediateSize,
    side: side - (side % config.mergeSize),
  };
}
