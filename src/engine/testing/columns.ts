/** Counts over all layers of a model. Tests only. */
import { type ModelDefinition, towersOf } from "../../models/architectures/definition.ts";

/** Columns of the inputs of all last projections of a model: numbers of its mean inputs. */
export function projectionColumns(definition: ModelDefinition): number {
  return towersOf(definition)
    .flatMap(({ layers }) => layers)
    .reduce((sum, { attentionColumns, mlpColumns }) => sum + attentionColumns + mlpColumns, 0);
}
