/** Which model a link is about. */
import type { ModelSource } from "../../models/model-source.ts";
import type { SharedState } from "./url.ts";

/** The model that a link names when it is none of the page's own. */
export function elsewhereOf({ model }: Pick<SharedState, "model">): string | null {
  return model?.includes("/") ? model : null;
}

/** Whether it is the model from `source` that the link is about; a link without a revision is about any. */
export function isAbout({ model }: Pick<SharedState, "model">, source: ModelSource | null): boolean {
  if (model === null || source === null || source.kind === "files") return false;
  if (source.kind === "hub") return model.includes(source.repository);
  return model === source.name || model.startsWith(source.url);
}
