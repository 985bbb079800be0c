/**
 * What calibration leaves behind: everything the slider needs, a few arrays of one number per unit or per module.
 */
export interface Statistics {
  /** Global attribution Ā_global per unit (method document, section 1), length `unitCount`. */
  readonly attributionGlobal: Float64Array;
  /** Pivot attribution Ā_pivot per unit (section 3), length `unitCount`. */
  readonly attributionPivot: Float64Array;
  /** Cross-modal distribution shift per module (section 4); 0 for vision modules. Length: number of modules. */
  readonly cmds: Float64Array;
  /** Sensitivity per module: root mean square norm of the module's output (section 4). Length: number of modules. */
  readonly sens: Float64Array;
  /** How many samples, batches and batches with pivots went in. */
  readonly samples: number;
  readonly batches: number;
  readonly pivotBatches: number;
}
