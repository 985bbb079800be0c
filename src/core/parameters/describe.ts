/**
 * How a parameter is stated: once, with its default and its bounds, in a list beside what reads it; what
 * it means is in explanations.ts. Types, defaults, checks, the page's panel and the command line's help follow from these.
 */

/** What has to be done again when a parameter changes: calibrate the model, or only the slider's arithmetic. */
export type Redo = "calibration" | "plan";

/** A parameter that is one number. */
export interface NumberSpec {
  readonly kind: "number";
  /** The default, which is the authors' value where they give one. */
  readonly initial: number;
  readonly label: string;
  readonly minimum: number;
  readonly maximum: number;
  /** 1 for whole numbers. */
  readonly step: number;
}

/** A parameter that is one of a few words. */
export interface ChoiceSpec<Word extends string = string> {
  readonly kind: "choice";
  readonly initial: Word;
  readonly label: string;
  readonly choices: readonly { readonly value: Word; readonly label: string }[];
}

/** Parameters by name. */
export type ParameterSpecs = Readonly<Record<string, NumberSpec | ChoiceSpec>>;

/** The values of parameters that are stated as `Specs`. */
export type ValuesOf<Specs extends ParameterSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends ChoiceSpec<infer Word> ? Word : number;
};

/** Where the page's panel shows a parameter that is a number. */
export type Section = "pivots" | "calibration" | "fusion" | "allocation";

/** Parameters that belong together. */
export interface ParameterGroup<Specs extends ParameterSpecs = ParameterSpecs> {
  readonly section: Section;
  readonly redo: Redo;
  /** Names of the methods that read the choices among them; all when null. */
  readonly methods: readonly string[] | null;
  readonly specs: Specs;
}

/** Checks that a group is one and keeps the types of its parameters. */
export function group<const Specs extends ParameterSpecs>(definition: ParameterGroup<Specs>): ParameterGroup<Specs> {
  return definition;
}

export function number(
  label: string,
  range: { readonly initial: number; readonly minimum?: number; readonly maximum: number; readonly step?: number },
): NumberSpec {
  return { kind: "number", label, minimum: 0, step: 1, ...range };
}

/** @param choices what each word is called. @param initial the word that is the default. */
export function choice<const Choices extends Readonly<Record<string, string>>>(
  label: string,
  initial: NoInfer<keyof Choices & string>,
  choices: Choices,
): ChoiceSpec<keyof Choices & string> {
  const words = Object.keys(choices) as (keyof Choices & string)[];
  return {
    kind: "choice",
    initial,
    label,
    choices: words.map((value) => ({ value, label: choices[value] ?? value })),
  };
}
