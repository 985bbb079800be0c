/** What vision towers of pictures of any size have in common: the layers, what these are fed, and the patch embedding. */
import { GraphBuilder } from "../../../../graph/graph.ts";
import { times } from "../../../../graph/shape.ts";
import {
  ALL_LAYERS,
  type FrameBatch,
  type LayerFeeds,
  type LayerWidths,
  type MatrixFormat,
  type Preparation,
  towerModules,
  type WeightSlot,
} from "../../definition.ts";
import { wholeFrames } from "../attention-scheme.ts";
import { pair } from "../encoder/layer-spec.ts";
import { mixedPrecision } from "../mixed-precision.ts";
import { type GridEncoderConfig, headSizeOf } from "./config.ts";
import { gridPlan, gridPositions, windowAttention } from "./grid.ts";
import { backwardGraph, forwardGraph, framesOf, type GridGraphs } from "./layer-graphs.ts";
import { layerSpec, mlpInputs } from "./layer-spec.ts";
import { addTable } from "./table.ts";

const WINDOWED = "windows";

/** Everything of a `TowerDefinition` that the layers say. */
export function gridTower({ config, names }: GridGraphs, widths?: readonly LayerWidths[]) {
  const { hiddenSize: width, windows } = config;
  const headSize = headSizeOf(config);
  const dense = { attentionUnits: config.heads, mlpUnits: config.intermediateSize };
  const units = widths ?? config.widths ?? Array.from({ length: config.layers }, () => dense);
  const positions = gridPositions(gridPlan(headSize, config.theta), config.mergeSize);
  const feeds: Record<string, LayerFeeds> = { [ALL_LAYERS]: { positions, attention: wholeFrames } };
  if (windows) feeds[WINDOWED] = { positions, attention: windowAttention(config.mergeSize, windows.side) };
  const feedsOf = (layer: number) => (windows && !windows.wholeLayers.includes(layer) ? { feeds: WINDOWED } : {});
  const { rows, last } = mlpInputs(config.mlp);
  return {
    tower: "vision",
    width,
    headSize,
    layers: units.map((own, layer) => layerSpec(config, names, layer, own, feedsOf(layer))),
    feeds,
    modules: towerModules("vision", units, {
      attn: 4 * headSize * width + 3 * headSize,
      mlp: (rows.length + 1) * width + rows.length,
    }),
    columnsPerAttentionUnit: headSize,
    projections: { attn: "output", mlp: last },
    forward: (options: Parameters<typeof forwardGraph>[1]) => forwardGraph({ config, names }, options),
    backward: (options: Parameters<typeof backwardGraph>[1]) => backwardGraph({ config, names }, options),
  } as const;
}

/** Numbers of one patch as the tower is fed them: a still picture, which is the same at every time, stands in it once. */
export function patchValuesOf({ channels, patchSize }: Pick<GridEncoderConfig, "channels" | "patchSize">): number {
  return channels * patchSize ** 2;
}

/**
 * Adds up what a patch's weights [width, channels, times, patch, patch] give at each time: a picture that stands still is
 * multiplied with their sum.
 */
export function summedOverTime({ patchSize, times: count }: GridEncoderConfig): Preparation {
  const area = patchSize ** 2;
  return {
    name: "sum over time",
    apply(numbers) {
      const summed = new Float32Array(numbers.length / count);
      for (let plane = 0; plane * area * count < numbers.length; plane++) {
        for (let time = 0; time < count; time++) {
          const begin = (plane * count + time) * area;
          for (let place = 0; place < area; place++) {
            summed[plane * area + place] = (summed[plane * area + place] ?? 0) + (numbers[begin + place] ?? 0);
          }
        }
      }
      return summed;
    },
  };
}

/** Tensors of the patch embedding: those of the projection `patch`, and the table `positions` where there is one. */
export function patchSlots(
  config: GridEncoderConfig,
  names: { readonly patch: string; readonly positions?: string },
): WeightSlot[] {
  const { hiddenSize: width, channels, patchSize, times: count, patchBias = false, tableSide } = config;
  const [weight, bias] = pair("patch", names.patch, [width, channels, count, patchSize, patchSize]);
  return [
    ...(weight ? [{ ...weight, graphShape: [width, patchValuesOf(config)], preparation: summedOverTime(config) }] : []),
    ...(patchBias && bias ? [bias] : []),
    ...(tableSide && names.positions
      ? [{ input: "positions", tensor: names.positions, shape: [tableSide ** 2, width] }]
      : []),
  ];
}

/** See `VisionDefinition.embed`. Layers turn patches by where they lie, whether or not a table is added here. */
export function patchGraph(config: GridEncoderConfig, options: FrameBatch & MatrixFormat) {
  const { precision = "float32" } = options;
  const { hiddenSize: width, tableSide } = config;
  const builder = new GraphBuilder(`vision embedding, batch ${options.batch}`);
  const patches = builder.input("patches", [times("T", framesOf(options)), patchValuesOf(config)]);
  const { single, project } = mixedPrecision(builder, precision);
  const weight = builder.input("patch", [width, patchValuesOf(config)], precision);
  const bias = config.patchBias ? builder.input("patch_bias", [width]) : undefined;
  const embedded = single(project(patches, weight, bias));
  builder.output("hidden_out", tableSide ? addTable(builder, embedded, tableSide, precision) : embedded);
  return builder.build();
}
