import { describe, expect, it } from "vitest";
import { PivotscopeError } from "./errors.ts";
import { parseParameters } from "./parameters/parse.ts";
import { choiceDescriptions, defaultParameters, type MethodParameters, parameterDescriptions } from "./parameters.ts";

describe("parameters", () => {
  it("describes every parameter exactly once, as a number or as a choice", () => {
    const names = Object.keys(defaultParameters()).filter((name) => name !== "markers");
    const described = [...parameterDescriptions, ...choiceDescriptions].map(({ name }) => name);
    expect(described.sort()).toEqual(names.sort());
  });

  it("has a default among the words of every choice, and takes each of them", () => {
    for (const { name, choices, redo } of choiceDescriptions) {
      const words = choices.map(({ value }) => value);
      expect(words).toContain(defaultParameters()[name]);
      expect(new Set(words).size).toBe(words.length);
      for (const word of words) expect(parseParameters({ [name]: word })[name]).toBe(word);
      expect(redo).toBe(name === "pivotPlacement" ? "calibration" : "plan");
    }
  });

  it("reads parameters from before there were choices as it always did", () => {
    const choices = new Set<string>([...choiceDescriptions.map(({ name }) => name), "randomSeed"]);
    const old = Object.entries(defaultParameters()).filter(([name]) => !choices.has(name));
    const read: MethodParameters = parseParameters({ ...Object.fromEntries(old), window: 4 });
    expect(read).toEqual({ ...defaultParameters(), window: 4 });
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
    [{ allocation: "global" }, 'parameters.allocation: found "global", expected one of own, budget, uniform'],
    [{ flapMetric: 1 }, "parameters.flapMetric: found 1, expected one of WIFV, IFV, WIFN"],
    [{ pivotPlacement: undefined }, "parameters.pivotPlacement: found undefined"],
    [{ attributionSign: "toString" }, 'parameters.attributionSign: found "toString"'],
    [{ randomSeed: 2 ** 32 }, "parameters.randomSeed: found 4294967296"],
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
