import { expect, it } from "vitest";
import { calibrationText } from "./words.ts";

it("says what calibration is at: traces first, then the passes with the time left", () => {
  const traces = { sample: 3, samples: 8, pass: "traces", layer: 0, layers: 0, fraction: 0 } as const;
  expect(calibrationText(traces, null)).toBe("writing traces: 3 of 8");
  const pass = { ...traces, pass: "forward", layer: 2, layers: 6, fraction: 0.5 } as const;
  expect(calibrationText(pass, null)).toBe("sample 3 of 8 · forward, layer 2 of 6");
  expect(calibrationText(pass, 10)).toMatch(/^sample 3 of 8 · forward, layer 2 of 6 · about .* left$/);
});
