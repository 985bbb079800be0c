/**
 * How a decoder's config.json states rotary positions, and the plan that follows: `rope_scaling` of transformers 4,
 * `rope_parameters` of transformers 5.
 */
import * as v from "valibot";
import { flag, integer, list, number, object, oneOf, positive } from "../../../../core/json/schemas.ts";
import { contradiction, LARGEST } from "../config-fields.ts";
import { linearPlan, plainPlan, type RotaryPlan, sectionedPlan, smoothedPlan } from "../rope.ts";

/** What becomes of the frequencies. */
export type RopeScaling =
  | { readonly type: "linear"; readonly factor: number }
  | {
      /** As Llama 3.1 does it, see `smoothedPlan`. */
      readonly type: "llama3";
      readonly factor: number;
      readonly lowFactor: number;
      readonly highFactor: number;
      readonly originalPositions: number;
    };

/** Pairs of a head by axis: [16, 24, 24] of 64. */
export interface RopeSections {
  readonly lengths: readonly number[];
  /** Pairs 0, 3, 6 … turn by the first axis, 1, 4, 7 … by the second, 2, 5, 8 … by the third; one axis after the other else. */
  readonly interleaved: boolean;
}

/** One object that states positions, whichever its dialect. */
const fields = {
  partial_rotary_factor: v.nullish(oneOf([1])),
  rope_theta: v.nullish(positive),
  factor: v.nullish(number(1)),
  low_freq_factor: v.nullish(positive),
  high_freq_factor: v.nullish(positive),
  original_max_position_embeddings: v.nullish(integer(1)),
};

const TYPES = ["default", "linear", "llama3"] as const;

function objectOf<const Type extends string>(types: readonly Type[]) {
  return { ...fields, rope_type: v.nullish(oneOf(types)), type: v.nullish(oneOf(types)) };
}

/** Positions of one axis. */
export const ropeSchema = v.nullish(object(objectOf(TYPES)), {});

/** Positions of several axes (M-RoPE); `rope_type` is "default" or, in files of transformers 4, "mrope". */
export const sectionedRopeSchema = v.nullish(
  object({
    ...objectOf([...TYPES, "mrope"]),
    mrope_section: v.nullish(list(integer(0, LARGEST.width), { least: 1, most: 3 })),
    mrope_interleaved: v.nullish(flag),
  }),
  {},
);

type Found = Partial<v.InferOutput<typeof sectionedRopeSchema>>;

export interface RopeOf {
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  readonly ropeSections?: RopeSections;
}

/**
 * @param places where a file may state positions, the one that counts first.
 * @param theta where none of them does.
 * @throws PivotscopeError `bad-checkpoint` for fields that are lacking or contradict each other.
 */
export function ropeOf(places: readonly Found[], theta: number, headSize: number): RopeOf {
  const stated = Object.assign({}, ...places.toReversed().map(present)) as Found;
  const scaling = scalingOf(stated);
  const { mrope_section: lengths } = stated;
  if (lengths && lengths.reduce((sum, length) => sum + length, 0) !== headSize / 2) {
    throw contradiction(`mrope_section [${lengths.join(", ")}] does not add up to the ${headSize / 2} pairs of a head`);
  }
  return {
    ropeTheta: stated.rope_theta ?? theta,
    ...(scaling && { ropeScaling: scaling }),
    ...(lengths && { ropeSections: { lengths, interleaved: stated.mrope_interleaved ?? false } }),
  };
}

/** The fields that a file has. */
function present(found: Found): Found {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null && value !== undefined));
}

function scalingOf(stated: Found): RopeScaling | null {
  const type = stated.rope_type ?? stated.type;
  if (type !== "linear" && type !== "llama3") return null;
  const needed = (name: "factor" | "low_freq_factor" | "high_freq_factor" | "original_max_position_embeddings") => {
    const value = stated[name];
    if (typeof value === "number") return value;
    throw contradiction(`rope_type is ${JSON.stringify(type)}, and there is no ${name}`);
  };
  const factor = needed("factor");
  if (type === "linear") return { type, factor };
  const [lowFactor, highFactor] = [needed("low_freq_factor"), needed("high_freq_factor")];
  if (lowFactor >= highFactor)
    throw contradiction(`low_freq_factor ${lowFactor} is not below high_freq_factor ${highFactor}`);
  return { type, factor, lowFactor, highFactor, originalPositions: needed("original_max_position_embeddings") };
}

/** The plan of a decoder's heads. */
export function rotaryPlan({
  headSize,
  ropeTheta,
  ropeScaling,
  ropeSections,
}: RopeOf & { readonly headSize: number }): RotaryPlan {
  const plain = plainPlan(headSize, ropeTheta);
  const paced =
    ropeScaling?.type === "linear"
      ? linearPlan(plain, ropeScaling.factor)
      : ropeScaling
        ? smoothedPlan(plain, ropeScaling)
        : plain;
  return ropeSections ? sectionedPlan(paced, ropeSections.lengths, ropeSections.interleaved) : paced;
}
