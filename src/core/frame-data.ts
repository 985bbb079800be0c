/** What one slider tick yields: everything that is drawn in the same frame as the thumb. */
export interface FrameData {
  /** Ratio that the thumb asks for and ratio that the allocation reached, shares of structural parameters. */
  readonly askedRatio: number;
  readonly reachedRatio: number;
  readonly keptUnits: number;
  /** Structural parameters of the kept units. */
  readonly keptParameters: number;
  /** 1 kept, 0 removed, per unit. Reused by the next tick: copy it to keep it. */
  readonly keep: Uint8Array;
  /** v(u) per unit, docs/method.md, "Fusion, protection, value". Reused by the next tick. */
  readonly values: Float64Array;
  /** Units kept per module, in the layout's order. Reused by the next tick. */
  readonly keptPerModule: Uint32Array;
  /** For bias compensation, see `Pruning`; null for none. */
  readonly meanInputs: Float32Array | null;
  /** Columns of `meanInputs` per module; given whenever `meanInputs` is. */
  readonly inputColumns?: Uint32Array | null;
}
