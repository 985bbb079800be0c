/** What an allocation of the parameter budget is. */

export interface Allocation {
  /** 1 kept, 0 removed, per unit. */
  readonly keep: Uint8Array;
  /** v(u) per unit, not negative: what the units were ranked by, before the division by their cost. */
  readonly values: Float64Array;
  readonly keptUnits: number;
  /** Structural parameters of the kept units. */
  readonly keptParameters: number;
  /** Share of structural parameters that is removed; differs from the asked ratio by what units cannot express. */
  readonly reachedRatio: number;
  /** Units kept per module, in the layout's order. */
  readonly keptPerModule: Uint32Array;
  /** For bias compensation, see `Pruning`; null for none. */
  readonly meanInputs: Float32Array | null;
  /** Columns of `meanInputs` per module, in the layout's order; given whenever `meanInputs` is. */
  readonly inputColumns?: Uint32Array | null;
}
