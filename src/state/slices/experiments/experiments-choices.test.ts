import { expect, it } from "vitest";
import { parseChoices } from "./experiments-choices.ts";
import { initialChoices } from "./experiments-state.ts";

it("takes kept choices as far as they are still offered", () => {
  const { metric: _metric, family: _family, ...kept } = initialChoices;
  expect(parseChoices(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  const odd = { methods: ["flap", "gone", 3, "mucrasp"], ratios: [0.4, 0.1, 7], samplesPerFamily: 13, windowSize: 0 };
  expect(parseChoices(odd)).toEqual({ methods: ["mucrasp", "flap"], ratios: [0.1, 0.4] });
  expect(parseChoices({ generate: "yes" })).not.toHaveProperty("generate");
  for (const found of [null, 3, "x", []]) expect(parseChoices(found)).toEqual({});
});
