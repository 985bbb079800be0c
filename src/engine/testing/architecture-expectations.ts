/** What reference folders of small models of any architecture hold. Tests only. */

export interface OraclePicture {
  readonly pixel_values: readonly number[];
  readonly pixel_shape: readonly number[];
  /** Rows and columns of its tiles, where `pixel_shape` counts tiles first. */
  readonly aspect_ratio?: readonly [number, number];
}

export interface OracleTokens {
  readonly prompt: readonly number[];
  readonly trace: readonly number[];
  readonly pivots?: readonly number[];
}

/** expected.json, see the reference material's own description. */
export interface ArchitectureExpectations {
  readonly window: number;
  readonly batch_size: number;
  /** With `pictures`, or with one picture's fields, or neither. */
  readonly samples: readonly (OracleTokens &
    Partial<OraclePicture> & { readonly pictures?: readonly OraclePicture[] })[];
  readonly dense: {
    /** Of each sample, null where they are left out. */
    readonly trace_logits: readonly ({ readonly values: readonly number[] } | null)[];
    readonly nll: readonly (readonly number[])[];
    readonly greedy_24_tokens: Readonly<Record<string, readonly number[]>>;
  };
  readonly attribution_global: Readonly<Record<string, readonly number[]>>;
  readonly attribution_pivot: Readonly<Record<string, readonly number[]>>;
  readonly cmds: Readonly<Record<string, number>>;
  readonly sens: Readonly<Record<string, number>>;
  readonly unit_cost: Readonly<Record<string, number>>;
  readonly plans: readonly {
    readonly ratio: number;
    /** Values and the share that was reached are there where a method made the plan. */
    readonly value?: Readonly<Record<string, readonly number[]>>;
    readonly keep: Readonly<Record<string, readonly number[]>>;
    readonly reached?: number;
    readonly total: number;
    readonly kl_per_token: readonly (readonly number[])[];
    readonly logits_sample0_last: readonly number[];
  }[];
  readonly two_pictures: OracleTokens & {
    readonly pictures: readonly OraclePicture[];
    readonly trace_logits_last: readonly number[];
    readonly nll: readonly number[];
  };
}
