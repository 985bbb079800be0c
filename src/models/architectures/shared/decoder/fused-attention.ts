/** The attention of a layer in generation graphs: what goes in and comes out, and onnxruntime's fused one. */
import { ABSENT, type GraphBuilder, type Value } from "../../../../graph/graph.ts";
import type { DecoderConfig } from "./config.ts";
import { scoreScale } from "./layer-spec.ts";

/** onnxruntime's attention with rotary positions takes heads whose size is a multiple of this. */
export const FUSED_HEAD_STEP = 16;

export const MICROSOFT = "com.microsoft";

/** What differs between a graph whose batch is known when it is built and one whose batch is not. */
export interface Sequences {
  /** Reads rows [samples · tokens, columns] as [samples, tokens, columns]. */
  readonly split: (rows: Value, columns: number) => Value;
  readonly batch: number | string;
  readonly tokens: string;
  readonly rows: number | string;
  /** Slot of each sample's last real token, and slots of the longest sample. */
  readonly lastSlots: Value;
  readonly slots: Value;
}

/** What a layer's attention is made of. */
export interface Projected {
  /** [samples, tokens, columns]. */
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** The cache before, with as many slots or more than are used. */
  readonly pastKey: Value;
  readonly pastValue: Value;
  /** Rotary tables, [positions, head size / 2]. */
  readonly cosine: Value;
  readonly sine: Value;
  readonly heads: number;
  readonly keyValueHeads: number;
  /** Tokens that a token sees, itself included; all before it when absent. */
  readonly window?: number | undefined;
}

/** Adds one layer's attention. */
export type Attend = (projected: Projected) => {
  /** [samples, tokens, heads · head size]. */
  readonly context: Value;
  /** The cache with the new tokens, [samples, key/value heads, slots, head size]. */
  readonly key: Value;
  readonly value: Value;
};

/** onnxruntime's: rotary positions, cache and grouped-query attention in one node. */
export function fusedAttention(builder: GraphBuilder, config: DecoderConfig, sequences: Sequences): Attend {
  const { headSize } = config;
  const { batch, tokens, lastSlots, slots } = sequences;
  return ({ query, key, value, pastKey, pastValue, cosine, sine, heads, keyValueHeads, window }) => {
    const [attention, allKeys, allValues] = builder.emitMany(
      "GroupQueryAttention",
      [query, key, value, pastKey, pastValue, lastSlots, slots, cosine, sine],
      [
        { shape: [batch, tokens, heads * headSize] },
        { shape: [batch, keyValueHeads, "S", headSize] },
        { shape: [batch, keyValueHeads, "S", headSize] },
      ],
      {
        domain: MICROSOFT,
        attributes: {
          num_heads: heads,
          kv_num_heads: keyValueHeads,
          scale: { float: scoreScale(config) },
          do_rotary: 1,
          rotary_interleaved: 0,
          ...(window === undefined ? {} : { local_window_size: window }),
        },
      },
    );
    return { context: attention ?? ABSENT, key: allKeys ?? ABSENT, value: allValues ?? ABSENT };
  };
}
