/**
 * What goes into the text tower: token embeddings, what layers are fed beside them, and pictures, whichever way they enter
 * (`VisionDefinition.entrance`, `addedBehind`).
 */
import { ALL_LAYERS, type LayerSpec } from "../../models/architectures/definition.ts";
import type { Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { featureRowsOf, type PictureFeatures } from "./features.ts";
import { layerFeeds, type PictureStates, type SharedFeeds } from "./layer-feeds.ts";
import type { Model } from "./model.ts";
import { addPickedRows, groupsOf, type PickedRows, pickPaddedRows } from "./rows.ts";
import type { TensorScope } from "./scope.ts";
import { embedTokenGroups, groupRows } from "./tokens.ts";

/** See `PassRequest`. */
export interface EnteredText {
  /** Token embeddings of each group, which are the scope's. */
  readonly hidden: readonly Tensor[];
  readonly shared: SharedFeeds;
  readonly behind: BehindLayer;
  /** Rows that the pictures of each sample have in layers that attend to them; null where nothing attends to any. */
  readonly states: number | null;
}

/** What becomes of a group's hidden states behind a layer: those given, or others, the scope's, in their place. */
export type BehindLayer = (scope: TensorScope, layer: number, group: number, hidden: Tensor) => Promise<Tensor>;

/** Prepares the text tower's pass over `batch` in groups of the given sizes. All of it is the scope's. */
export async function enterText(
  scope: TensorScope,
  model: Model,
  batch: Batch,
  features: PictureFeatures | null,
  sizes: readonly number[],
): Promise<EnteredText> {
  const { text, vision } = model.definition;
  const attended = features !== null && vision?.entrance === "attention";
  const hidden = await embedTokenGroups(scope, model, batch, attended ? null : (features?.rows ?? null), sizes);
  const states = attended ? await statesOf(scope, model, batch, features.rows, sizes) : null;
  return {
    hidden,
    shared: layerFeeds(scope, text, batch.places, batch.tokens, sizes, states),
    behind: addedRows(model, batch, features, sizes),
    states: states?.rows ?? null,
  };
}

/** The states of each sample's pictures one behind the other, padded to as many of each. */
async function statesOf(
  scope: TensorScope,
  model: Model,
  { places }: Batch,
  features: Tensor,
  sizes: readonly number[],
): Promise<PictureStates> {
  const counts = places.map((sample) => sample?.frames.reduce((sum, frame) => sum + featureRowsOf(frame), 0) ?? 0);
  const rows = Math.max(...counts);
  let next = 0;
  const ofSamples = counts.map((count) => {
    const first = next;
    next += count;
    return Array.from({ length: rows }, (_, row) => (row < count ? first + row : -1));
  });
  const groups: Tensor[] = [];
  for (const { first, end } of groupsOf(sizes)) {
    groups.push(await pickPaddedRows(scope, model, features, Int32Array.from(ofSamples.slice(first, end).flat())));
  }
  return { rows, groups };
}

function addedRows(
  model: Model,
  batch: Batch,
  features: PictureFeatures | null,
  sizes: readonly number[],
): BehindLayer {
  const layers = model.definition.vision?.addedBehind ?? [];
  const picked = groupsOf(sizes).map((group): PickedRows => {
    const { ids, mergeIndex, imageRows } = groupRows(batch, group);
    return imageRows.length === 0 ? null : mergeIndex.map((place) => (place < ids.length ? -1 : place - ids.length));
  });
  return async (scope, layer, group, hidden) => {
    const added = features?.added[layers.indexOf(layer)];
    const index = picked[group] ?? null;
    return added && index ? await addPickedRows(scope, model, { hidden, added, index }) : hidden;
  };
}

/** Whether a layer attends to pictures instead of text. */
export function attendsToPictures({ text }: Model["definition"], { feeds = ALL_LAYERS }: LayerSpec): boolean {
  return text.feeds[feeds]?.pictures !== undefined;
}
