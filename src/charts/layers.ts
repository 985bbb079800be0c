/** The rows that per-layer charts share: vision layers first, then text layers, each with its two modules. */
import type { Tower, UnitLayout } from "../core/unit.ts";

/** Where a module's units lie: `start` (included) to `end` (excluded) in the flat unit arrays. */
export interface ModuleSpan {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

export interface LayerRow {
  readonly tower: Tower;
  readonly layer: number;
  readonly attention: ModuleSpan | null;
  readonly mlp: ModuleSpan | null;
}

/** Groups the layout's modules by tower and layer; a layer without one of the modules has null there. */
export function layerRows(layout: UnitLayout): readonly LayerRow[] {
  const rows = new Map<string, LayerRow>();
  layout.modules.forEach((module, index) => {
    const span = { index, start: layout.offsets[index] ?? 0, end: layout.offsets[index + 1] ?? 0 };
    const name = `${module.tower}.${module.layer}`;
    const row = rows.get(name) ?? { tower: module.tower, layer: module.layer, attention: null, mlp: null };
    rows.set(name, module.kind === "attn" ? { ...row, attention: span } : { ...row, mlp: span });
  });
  return [...rows.values()].sort((a, b) => (a.tower === b.tower ? a.layer - b.layer : a.tower === "vision" ? -1 : 1));
}

/** Number of units in a span; 0 for an absent module. */
export function spanSize(span: ModuleSpan | null): number {
  return span ? span.end - span.start : 0;
}

/** Share of a module's units that is kept, 0..1; null where the layer has no such module. */
export function keptShare(span: ModuleSpan | null, keptPerModule: Uint32Array): number | null {
  const size = spanSize(span);
  return span && size > 0 ? (keptPerModule[span.index] ?? 0) / size : null;
}

/** What a unit of this kind is called: attention groups share key/value heads, vision heads do not. */
export function unitNoun(tower: Tower, kind: "attn" | "mlp"): string {
  if (kind === "mlp") return "neuron";
  return tower === "vision" ? "attention head" : "attention group";
}
