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
import { mixedPrecision } from "../mixed-precision.ts";
import { type GridEncoderConfig, headSizeOf } from "./config.ts";
import { gridPlan, gridPositions, windowAttention } from "./grid.ts";
import { backwardGraph, forwardGraph, framesOf, type GridGraphs } from "./layer-graphs.ts";
import { layerSpec, mlpInputs } from "./layer-spec.ts";

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

/** The tensor of the patch embedding, `tensor`. */
export function patchSlot(config: GridEncoderConfig, tensor: string): WeightSlot {
  const { hiddenSize: width, channels, patchSize, times: count } = config;
  return {
    input: "patch",
    tensor,
    shape: [width, channels, count, patchSize, patchSize],
    graphShape: [width, patchValuesOf(config)],
    preparation: summedOverTime(config),
  };
}

/** See `VisionDefinition.embed`: patches have no positions of their own here, layers turn them. */
export function patchGraph(config: GridEncoderConfig, options: FrameBatch & MatrixFormat) {
  const { precision = "float32" } = options;
  const builder = new GraphBuilder(`vision embedding, batch ${options.batch}`);
  const patches = builder.input("patches", [times("T", framesOf(options)), patchValuesOf(config)]);
  const { single, project } = mixedPrecision(builder, precision);
  const weight = builder.input("patch", [config.hiddenSize, patchValuesOf(config)], precision);
  builder.output("hidden_out", single(project(patches, weight)));
  return builder.build();
}
