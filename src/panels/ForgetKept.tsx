/** The button that puts away what is kept of a model, loaded with the first failure that it stands beside. */
import type { ModelSource } from "../models/model-source.ts";
import { createPartStore, usePart } from "./use-part.ts";

const button = createPartStore(() => import("./open-model/ForgetKept.tsx"));

export function ForgetKept({ source }: { readonly source: ModelSource | null }) {
  const { found } = usePart(button, source?.kind === "hub");
  return source?.kind === "hub" && found ? <found.default source={source} /> : null;
}
