/** Constants of methods as `--set NAME=VALUE` gives them. */
import { PivotscopeError } from "../core/errors.ts";
import { parameterExplanations } from "../core/parameters/explanations.ts";
import { parseParameters } from "../core/parameters/parse.ts";
import { choiceDescriptions, type MethodParameters, parameterDescriptions } from "../core/parameters.ts";
import { isCalibrationParameter } from "../models/statistics-file/read-statistics-file.ts";
import { UsageError } from "./options.ts";

const choiceNames: ReadonlySet<string> = new Set(choiceDescriptions.map(({ name }) => name));

/**
 * Parses `name=value` pairs: numbers, and words for the constants that are one of a few.
 * @throws UsageError for another form, PivotscopeError for an unknown constant or a value that is not allowed.
 */
export function parseSettings(settings: readonly string[]): Partial<MethodParameters> {
  const pairs = settings.map((setting) => {
    const [, name, value] = /^(\w+)=(.+)$/.exec(setting) ?? [];
    if (name === undefined) throw new UsageError(`--set takes NAME=VALUE; found "${setting}".`);
    if (choiceNames.has(name)) return [name, value] as const;
    const number = Number(value);
    // What is unknown is named as such below, whatever its value.
    if (Number.isNaN(number) && Object.hasOwn(parseParameters({}), name)) {
      throw new UsageError(`--set takes NAME=VALUE with a number for ${name}; found "${setting}".`);
    }
    return [name, number] as const;
  });
  const found: Partial<MethodParameters> = Object.fromEntries(pairs);
  // Checked here, before any file is read.
  parseParameters(found);
  return found;
}

/**
 * The same for plans, which cannot change what happened during calibration.
 * @throws PivotscopeError `bad-input` naming a constant that takes effect during calibration; as `parseSettings`.
 */
export function parsePlanSettings(settings: readonly string[]): Partial<MethodParameters> {
  const found = parseSettings(settings);
  const late = Object.keys(found).find(isCalibrationParameter);
  if (late === undefined) return found;
  throw new PivotscopeError(
    "bad-input",
    `${late} takes effect when the model is calibrated, not when a plan is made.`,
    "Give it to `statistics` and plan from the new file.",
  );
}

/** One line per constant with the paper's value, for help texts. */
export function describeSettings(includeCalibration: boolean): readonly string[] {
  const defaults = parseParameters({});
  const shown = ({ name }: { readonly name: string }) => includeCalibration || !isCalibrationParameter(name);
  const line = (setting: string, explanation: string) => `  ${setting.padEnd(32)}  ${explanation}`;
  return [
    ...parameterDescriptions
      .filter(shown)
      .map(({ name }) => line(`${name}=${defaults[name]}`, parameterExplanations[name])),
    ...choiceDescriptions.filter(shown).map(({ name, choices }) => {
      const others = choices.map(({ value }) => value).filter((value) => value !== defaults[name]);
      return line(`${name}=${defaults[name]}`, `${parameterExplanations[name]} Or ${others.join(", ")}.`);
    }),
  ];
}
