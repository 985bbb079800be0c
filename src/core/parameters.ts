/**
 * Every parameter of every method, as one object with the authors' values as defaults, and as two lists that say what
 * each one means, for panels and messages. Each is stated in the group that it belongs to.
 */
import { attributionParameters } from "./methods/attribution-parameters.ts";
import { flapParameters } from "./methods/flap-parameters.ts";
import { llmPrunerParameters } from "./methods/llm-pruner-parameters.ts";
import { magnitudeAllParameters } from "./methods/magnitude-all-parameters.ts";
import { mucraspParameters } from "./methods/mucrasp-parameters.ts";
import { allocationParameters } from "./parameters/allocation.ts";
import { calibrationParameters } from "./parameters/calibration.ts";
import type { ChoiceSpec, NumberSpec, ParameterGroup, Redo, Section, ValuesOf } from "./parameters/describe.ts";
import { pivotParameters } from "./parameters/pivots.ts";
import { widthParameters } from "./parameters/widths.ts";
import { defaultPivotParameters, type PivotParameters } from "./pivots.ts";

const groups = [
  pivotParameters,
  calibrationParameters,
  mucraspParameters,
  allocationParameters,
  widthParameters,
  magnitudeAllParameters,
  flapParameters,
  llmPrunerParameters,
  attributionParameters,
] as const;

/** One type that has the fields of all members of `Union`. */
type Joined<Union> = (Union extends unknown ? (member: Union) => void : never) extends (member: infer All) => void
  ? All
  : never;

type Stated = Joined<
  (typeof groups)[number] extends infer Group
    ? Group extends ParameterGroup<infer Specs>
      ? ValuesOf<Specs>
      : never
    : never
>;

export interface MethodParameters extends PivotParameters, Stated {}

/** The parameters that are one number each. */
export type NumericParameterName = {
  [Name in keyof MethodParameters]: MethodParameters[Name] extends number ? Name : never;
}[keyof MethodParameters];

/** The parameters that are one of a few words. */
export type ChoiceParameterName = Exclude<keyof MethodParameters, NumericParameterName | "markers">;

export interface ChoiceDescription extends ChoiceSpec {
  readonly name: ChoiceParameterName;
  /** Names of the methods that read it; all when null. */
  readonly methods: readonly string[] | null;
  readonly redo: Redo;
}

export interface ParameterDescription extends NumberSpec {
  readonly name: NumericParameterName;
  readonly integer: boolean;
  readonly section: Section;
  readonly redo: Redo;
}

const described = groups.flatMap(({ specs, ...about }: ParameterGroup) =>
  Object.entries(specs).map(([name, spec]) => ({ name, spec, ...about })),
);

export const parameterDescriptions: readonly ParameterDescription[] = described.flatMap(
  ({ name, spec, section, redo }) =>
    spec.kind === "number"
      ? [{ ...spec, name: name as NumericParameterName, integer: spec.step === 1, section, redo }]
      : [],
);

export const choiceDescriptions: readonly ChoiceDescription[] = described.flatMap(({ name, spec, methods, redo }) =>
  spec.kind === "choice" ? [{ ...spec, name: name as ChoiceParameterName, methods, redo }] : [],
);

/** The authors' values. */
export function defaultParameters(): MethodParameters {
  const stated = Object.fromEntries(described.map(({ name, spec }) => [name, spec.initial]));
  return { ...defaultPivotParameters(), ...stated } as MethodParameters;
}
