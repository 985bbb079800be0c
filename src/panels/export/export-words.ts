/** What formats are for, in words. */
import { formatParameters, formatShare } from "../../charts/format.ts";
import { contextOf } from "../../charts/frame/chart-context.ts";
import type { PlanOf } from "../../core/provenance.ts";
import type { UnitLayout } from "../../core/unit.ts";
import type { ExportFormat, ExportPrecision } from "../../engine/contract.ts";

export const FORMATS: readonly { readonly name: ExportFormat; readonly title: string; readonly text: string }[] = [
  {
    name: "transformers",
    title: "transformers",
    text: "Safetensors with config.json, tokenizer and a small class of its own; this page opens it, too.",
  },
  {
    name: "onnx",
    title: "transformers.js, onnxruntime",
    text: "Three ONNX files, for browsers, Node and every program with onnxruntime.",
  },
  {
    name: "gguf",
    title: "llama.cpp",
    text: "model.gguf for the text, mmproj.gguf for pictures.",
  },
];

export const PRECISIONS: readonly { readonly name: ExportPrecision; readonly title: string }[] = [
  { name: "stored", title: "as the original has them" },
  { name: "F16", title: "half precision (float16)" },
  { name: "BF16", title: "bfloat16" },
  { name: "F32", title: "single precision (float32)" },
];

/** "2.1 M parameters of 3.0 M stay." @param kept structural parameters that stay. */
export function sizeWords(layout: UnitLayout, kept: number): string {
  const { totalParameters, structuralParameters } = layout;
  const left = totalParameters - structuralParameters + kept;
  return `${formatParameters(left)} of ${formatParameters(totalParameters)} parameters stay.`;
}

/** "scenes · µCRASP · 60.0 %, reached 60.0 %". */
export function planWords(of: PlanOf): string {
  const { model, method } = contextOf(of);
  return `${model} · ${method} · ${formatShare(of.plan.asked, 1)}, reached ${formatShare(of.plan.reached, 1)}`;
}
