/** Tokens to hidden states: rows of the vocabulary's table, with a picture's features where its tokens stand. */

import { splitIds } from "../../models/architectures/shared/decoder/vocabulary.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import type { Model } from "./model.ts";
import { type Group, groupsOf } from "./rows.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { visionOf } from "./towers.ts";

/** Ids of the rows that are embedded, and where features go between them. */
export interface TokenRows {
  readonly ids: Int32Array;
  readonly mergeIndex: Int32Array;
  readonly imageRows: Int32Array;
}

/** Rows of `ids` among which no picture stands. */
export function rowsOfIds(ids: Int32Array): TokenRows {
  return { ids, mergeIndex: new Int32Array(), imageRows: new Int32Array() };
}

/** The rows of some samples of a batch; they still take the features of the whole batch. */
export function groupRows(batch: Batch, { first, end }: Group): TokenRows {
  const [start, stop] = [first * batch.tokens, end * batch.tokens];
  if (start === 0 && stop === batch.ids.length) return batch;
  return {
    ids: batch.ids.subarray(start, stop),
    mergeIndex: batch.mergeIndex
      .subarray(start, stop)
      .map((place) => (place < batch.ids.length ? place - start : place - batch.ids.length + stop - start)),
    imageRows: batch.imageRows.filter((row) => row >= start && row < stop).map((row) => row - start),
  };
}

/** What the embedding graph takes for `ids`; it is the scope's. */
function tokenFeeds(scope: TensorScope, { definition }: Model, ids: Int32Array): Feeds {
  const upload = (values: Int32Array) => scope.upload(values, [values.length]);
  const parts = definition.text.embeddingWeights.flatMap(({ rows }) => (rows ? [rows] : []));
  if (parts.length === 0) return { ids: upload(ids) };
  const split = splitIds(ids, parts);
  return {
    ...Object.fromEntries(split.ids.map((own, part) => [`ids.${part}`, upload(own)])),
    order: upload(split.order),
  };
}

/**
 * Token embeddings of `ids` with image features in the rows of `imageRows`, [ids, width]. The rows are picked from the
 * table as it is stored and are float32 afterwards, which is exact.
 */
export async function embedTokens(model: Model, rows: TokenRows, features: Tensor | null): Promise<Tensor> {
  const { backend, definition, programs } = model;
  using scope = openScope(backend);
  const embed = await programs.get(definition.text.embed, { precision: model.precision });
  const ids = tokenFeeds(scope, model, rows.ids);
  const text = output(await scope.run(embed, { ...model.outerFeeds, ...ids }), "hidden_out");
  if (!features || rows.imageRows.length === 0) return scope.give(text);
  const merge = await programs.get(visionOf(model).merge, {});
  const index = scope.upload(rows.mergeIndex, [rows.mergeIndex.length]);
  return scope.give(output(await scope.run(merge, { text, features, index }), "hidden_out"));
}

/** Token embeddings of a batch in groups of the given sizes; the groups are the scope's. */
export async function embedTokenGroups(
  scope: TensorScope,
  model: Model,
  batch: Batch,
  features: Tensor | null,
  sizes: readonly number[],
): Promise<Tensor[]> {
  const embedded: Tensor[] = [];
  for (const group of groupsOf(sizes)) {
    embedded.push(scope.own(await embedTokens(model, groupRows(batch, group), features)));
  }
  return embedded;
}
