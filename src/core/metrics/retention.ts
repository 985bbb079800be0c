/**
 * Retention: the share of units that each module keeps, by layer, with the layer's CMDS beside it.
 * The figure it draws is the paper's (µCRASP, arXiv 2605.25842): neuron retention as bars under the CMDS line.
 */
import type { Tower, UnitLayout } from "../unit.ts";

/** A layer of one tower. The kept counts and shares change from call to call, the rest does not. */
export interface RetentionRow {
  readonly tower: Tower;
  readonly layer: number;
  /** MLP neurons of the layer, how many are kept, and their share, 0..1 (0 without any). */
  readonly neurons: number;
  readonly keptNeurons: number;
  readonly neuronRetention: number;
  /** Attention groups (text) or heads (vision). */
  readonly attentionUnits: number;
  readonly keptAttentionUnits: number;
  readonly attentionRetention: number;
  /** CMDS of the layer's MLP and attention, not normalised; NaN for a module that the layer lacks, and where it is not known. */
  readonly mlpCmds: number;
  readonly attentionCmds: number;
}

/** Share of units kept per module, 0..1; 0 for a module without units. */
export function retentionPerModule(layout: UnitLayout, keptPerModule: Uint32Array): Float64Array {
  return Float64Array.from(layout.modules, (module, index) => share(keptPerModule[index] ?? 0, module.unitCount));
}

/**
 * Prepares one row per layer, vision first, then text, each by layer. The function that is returned fills the kept
 * counts in and gives the same row objects each time.
 * @param cmds one number per module; null where they are not known.
 */
export function createRetentionRows(
  layout: UnitLayout,
  cmds: Float64Array | null,
): (keptPerModule: Uint32Array) => readonly RetentionRow[] {
  const byLayer = new Map<string, { tower: Tower; layer: number; mlp: number | null; attention: number | null }>();
  layout.modules.forEach((module, index) => {
    const key = `${module.tower}.${module.layer}`;
    const entry = byLayer.get(key) ?? { tower: module.tower, layer: module.layer, mlp: null, attention: null };
    byLayer.set(key, { ...entry, [module.kind === "mlp" ? "mlp" : "attention"]: index });
  });
  const unitCount = (module: number | null) => (module === null ? 0 : (layout.modules[module]?.unitCount ?? 0));
  const shift = (module: number | null) => (module === null ? Number.NaN : (cmds?.[module] ?? Number.NaN));
  const entries = [...byLayer.values()]
    .sort((a, b) => (a.tower === b.tower ? a.layer - b.layer : a.tower === "vision" ? -1 : 1))
    .map(({ tower, layer, mlp, attention }) => ({
      mlp,
      attention,
      row: {
        tower,
        layer,
        neurons: unitCount(mlp),
        keptNeurons: 0,
        neuronRetention: 0,
        attentionUnits: unitCount(attention),
        keptAttentionUnits: 0,
        attentionRetention: 0,
        mlpCmds: shift(mlp),
        attentionCmds: shift(attention),
      },
    }));
  const rows = entries.map((entry) => entry.row);
  return (keptPerModule) => {
    for (const { row, mlp, attention } of entries) {
      row.keptNeurons = mlp === null ? 0 : (keptPerModule[mlp] ?? 0);
      row.neuronRetention = share(row.keptNeurons, row.neurons);
      row.keptAttentionUnits = attention === null ? 0 : (keptPerModule[attention] ?? 0);
      row.attentionRetention = share(row.keptAttentionUnits, row.attentionUnits);
    }
    return rows;
  };
}

function share(kept: number, of: number): number {
  return of === 0 ? 0 : kept / of;
}
