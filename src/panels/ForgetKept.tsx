/** The button that puts away what is kept of a model, loaded with the first failure that it stands beside. */
import { lazy, Suspense } from "react";
import type { ModelSource } from "../models/model-source.ts";

const Button = lazy(() => import("./open-model/ForgetKept.tsx"));

export function ForgetKept({ source }: { readonly source: ModelSource | null }) {
  if (source?.kind !== "hub") return null;
  return (
    <Suspense fallback={null}>
      <Button source={source} />
    </Suspense>
  );
}
