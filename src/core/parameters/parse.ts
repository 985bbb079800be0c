/** Parameters that come from outside, checked. */
import { PivotscopeError } from "../errors.ts";
import { showValue } from "../json/show.ts";
import { markerGroupNames } from "../markers.ts";
import { choiceDescriptions, defaultParameters, type MethodParameters, parameterDescriptions } from "../parameters.ts";

/**
 * Checks parameters that come from outside (a file, a link, a form) and fills in the defaults for absent ones.
 * @throws PivotscopeError `bad-input` that names the first field at fault, what was found and what is allowed.
 */
export function parseParameters(found: unknown): MethodParameters {
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new PivotscopeError("bad-input", `parameters: found ${show(found)}, expected an object.`);
  }
  const defaults = defaultParameters();
  const given: Readonly<Record<string, unknown>> = { ...found };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new PivotscopeError(
        "bad-input",
        `parameters.${name}: there is no such parameter.`,
        `Use some of ${Object.keys(defaults).join(", ")}.`,
      );
    }
  }
  const parsed: MethodParameters = { ...defaults, ...given };
  validateParameters(parsed);
  return { ...parsed, markers: [...parsed.markers] };
}

/** Throws PivotscopeError `bad-input` naming the first parameter that is not of its kind or out of its bounds. */
export function validateParameters(parameters: MethodParameters): void {
  const markers: unknown = parameters.markers;
  if (!Array.isArray(markers)) {
    throw new PivotscopeError("bad-input", `parameters.markers: found ${show(markers)}, expected a list of names.`);
  }
  for (const marker of markers) {
    if (typeof marker === "string" && markerGroupNames.includes(marker)) continue;
    throw new PivotscopeError(
      "bad-input",
      `parameters.markers: ${show(marker)} is not a marker group.`,
      `Use some of ${markerGroupNames.join(", ")}.`,
    );
  }
  for (const { name, choices } of choiceDescriptions) {
    const value: unknown = parameters[name];
    if (choices.some((allowed) => allowed.value === value)) continue;
    throw new PivotscopeError(
      "bad-input",
      `parameters.${name}: found ${show(value)}, expected one of ${choices.map((allowed) => allowed.value).join(", ")}.`,
    );
  }
  for (const { name, minimum, maximum, integer } of parameterDescriptions) {
    const value: unknown = parameters[name];
    const sound =
      typeof value === "number" && value >= minimum && value <= maximum && (!integer || Number.isInteger(value));
    if (sound) continue;
    throw new PivotscopeError(
      "bad-input",
      `parameters.${name}: found ${show(value)}, expected a ${integer ? "whole number" : "number"} from ${minimum} to ${maximum}.`,
      `The paper's value is ${defaultParameters()[name]}.`,
    );
  }
}

function show(value: unknown): string {
  return typeof value === "number" || value === undefined ? String(value) : showValue(value);
}
