import { describe, expect, it } from "vitest";
import { PivotscopeError } from "./errors.ts";
import { defaultParameters, parameterDescriptions, parseParameters } from "./parameters.ts";

describe("parameters", () => {
  it("describes every numeric parameter exactly once", () => {
    const numeric = Object.keys(defaultParameters()).filter((name) => name !== "markers");
    expect(parameterDescriptions.map((description) => description.name).sort()).toEqual(numeric.sort());
  });

  it("gives whole-number parameters whole-number defaults and bounds", () => {
    const defaults = defaultParameters();
    const whole = parameterDescriptions.filter((description) => description.integer);
    expect(whole.map((description) => description.name)).toContain("window");
    for (const { name, minimum, maximum } of whole) {
      expect([defaults[name], minimum, maximum].every(Number.isInteger)).toBe(true);
    }
  });

  it("fills absent parameters in and keeps given ones", () => {
    expect(parseParameters({})).toEqual(defaultParameters());
    expect(parseParameters({ window: 2, markers: ["step"] })).toEqual({
      ...defaultParameters(),
      window: 2,
      markers: ["step"],
    });
    expect(parseParameters(JSON.parse(JSON.stringify(defaultParameters())))).toEqual(defaultParameters());
  });

  it.each([
    [{ window: 2.5 }, "parameters.window: found 2.5, expected a whole number from 0 to 64"],
    [{ gammaScale: -1 }, "parameters.gammaScale: found -1, expected a number from 0 to 1"],
    [{ gammaScale: Number.NaN }, "parameters.gammaScale: found NaN"],
    [{ gammaScale: "0.4" }, 'parameters.gammaScale: found "0.4"'],
    [{ gammaScale: undefined }, "parameters.gammaScale: found undefined"],
    [{ gama: 1 }, "parameters.gama: there is no such parameter"],
    [{ toString: 1 }, "parameters.toString: there is no such parameter"],
    [{ markers: "step" }, 'parameters.markers: found "step", expected a list'],
    [{ markers: ["steps"] }, 'parameters.markers: "steps" is not a marker group'],
    [[], "parameters: found [], expected an object"],
    [null, "parameters: found null"],
  ])("refuses %j and names the field", (found, message) => {
    expect(() => parseParameters(found)).toThrow(PivotscopeError);
    expect(() => parseParameters(found)).toThrow(message);
  });
});
