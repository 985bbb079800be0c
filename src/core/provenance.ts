/**
 * Whose a result is. Whatever is computed carries this from the moment it is asked for, and what is written beside it
 * (captions, verdicts, files) is read from here: never from what happens to be chosen when it is drawn.
 */
import type { MethodParameters } from "./parameters.ts";
import type { Ratio } from "./unit.ts";

export interface ModelProvenance {
  readonly name: string;
  /** What people call it; the name where it has no other. */
  readonly label: string;
  /** Hex SHA-256 of the weights. */
  readonly weightHash: string;
  /** What it ran on and in which number format: "cpu", "webgpu float16". */
  readonly device: string;
}

/**
 * Where statistics come from: this page has calibrated, an earlier visit of this browser has, the model brought them along,
 * or somebody has opened a file.
 */
export type StatisticsOrigin = "here" | "kept" | "beforehand" | "file";

export interface StatisticsProvenance {
  /** Samples that were summed. */
  readonly samples: number;
  /** How many the whole calibration has, where it has not finished. */
  readonly of?: number;
  readonly origin: StatisticsOrigin;
}

export interface PlanProvenance {
  /** Name of the method. */
  readonly method: string;
  readonly parameters: MethodParameters;
  readonly asked: Ratio;
  readonly reached: Ratio;
  /** Names what is taken out: equal for plans that keep the same units with the same compensation. */
  readonly hash: string;
  /** What the plan rests on; null for a method that needs nothing, and where only a file knows. */
  readonly statistics: StatisticsProvenance | null;
  /** The file that the plan is shown from as it stands there; absent for one that was made here. */
  readonly file?: string;
}

export interface InputProvenance {
  /** Names picture, question, how the picture is cut and how many tokens it may take; equal for equal inputs, also over reloads. */
  readonly key: string;
  readonly picture: string;
  /** Names the picture's pixels, see `nameOfPicture`. */
  readonly content: string;
  readonly question: string;
}

/** `plan` is null for the dense model, `input` for what belongs to no picture. */
export interface Provenance<Plan = PlanProvenance | null, Input = InputProvenance | null> {
  /** Version of Pivotscope that computed it. */
  readonly version: string;
  readonly model: ModelProvenance;
  readonly plan: Plan;
  readonly input: Input;
  /** Computed with sliced weights; with the dense ones, under masks where there is a plan, when absent. */
  readonly weights?: "sliced";
}

/** A plan, which belongs to no picture. */
export type PlanOf = Provenance<PlanProvenance, null>;
/** What the dense model wrote about a picture. */
export type DenseOf = Provenance<null, InputProvenance>;
/** What a pruned model makes of a picture. */
export type PrunedOf = Provenance<PlanProvenance, InputProvenance>;

/** Whether both are of the same model, on whatever device: its trace is the same text everywhere. */
export function sameModel(one: Provenance, other: Provenance): boolean {
  return one.model.weightHash === other.model.weightHash && one.model.name === other.model.name;
}

/** Whether both are about the same picture and question, asked of the same model. */
export function sameTrace(one: Provenance, other: Provenance): boolean {
  return sameModel(one, other) && one.input?.key === other.input?.key;
}

/** What a plan makes of a trace: one name for all ratios and methods that take out the same. */
export function prunedKey({ model, plan, input, weights }: PrunedOf): string {
  return `${model.weightHash} ${model.device} ${plan.hash} ${input.key}${weights ? " sliced" : ""}`;
}
