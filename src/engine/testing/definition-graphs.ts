/** Every graph of a model's definition, for each kind of its layers. Tests only. */
import type { Graph } from "../../graph/graph.ts";
import {
  ALL_LAYERS,
  type LayerSpec,
  type ModelDefinition,
  type PositionInputs,
  type TowerDefinition,
} from "../../models/architectures/definition.ts";
import { HEAD_LOSSES, LOSS_TAPS } from "../calibrate/calibration-plan.ts";

/** One layer of each graph that the layers of a tower have. */
function kindsOf({ layers }: TowerDefinition): readonly LayerSpec[] {
  return [...new Map(layers.map((layer) => [layer.shape.graph, layer])).values()];
}

/** A bias of each sample, for layers to whose rows one is added. */
function biasOf({ feeds }: TowerDefinition, { feeds: name = ALL_LAYERS }: LayerSpec): PositionInputs {
  return feeds[name]?.attention ? { bias: "own" } : {};
}

function layerGraphs(tower: TowerDefinition): Graph[] {
  return kindsOf(tower).flatMap((layer) => {
    const options = { ...layer.shape, ...biasOf(tower, layer), batch: 2 };
    return [
      tower.forward({ ...options, modules: true, inputs: true, cache: tower.tower === "text" }),
      tower.forward({ ...options, compensation: true, precision: "float16" }),
      tower.backward({ ...options, losses: LOSS_TAPS }),
    ];
  });
}

/** Those that differ from architecture to architecture. */
export function definitionGraphs({ text, vision }: ModelDefinition): Graph[] {
  const decoded = kindsOf(text).flatMap(({ shape }) => [
    text.decode({ ...shape, batch: 1 }),
    text.decode({ ...shape, batch: 2, compensation: true, precision: "float16" }),
  ]);
  const ofText = [text.embed({}), ...layerGraphs(text), ...decoded, text.head({})];
  if (!vision) return ofText;
  return [
    ...ofText,
    vision.embed({ batch: 2 }),
    vision.embed({ batch: 1, precision: "float16" }),
    ...layerGraphs(vision),
    vision.connector({ batch: 2 }),
    vision.connector({ batch: 1, precision: "float16" }),
    vision.connectorBackward({ batch: 2, losses: HEAD_LOSSES.length }),
  ];
}
