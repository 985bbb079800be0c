import { expect, it } from "vitest";
import { calibrationText, statisticsText } from "./words.ts";

it("says what calibration is at: traces first, then the passes with the time left", () => {
  const traces = { sample: 3, samples: 8, pass: "traces", layer: 0, layers: 0, fraction: 0 } as const;
  expect(calibrationText(traces, null)).toBe("writing traces: 3 of 8");
  const pass = { ...traces, pass: "forward", layer: 2, layers: 6, fraction: 0.5 } as const;
  expect(calibrationText(pass, null)).toBe("sample 3 of 8 · forward, layer 2 of 6");
  expect(calibrationText(pass, { low: 9, high: 11 })).toMatch(
    /^sample 3 of 8 · forward, layer 2 of 6 · about .* left$/,
  );
});

it("says what statistics are made from, and where they come from or how long they took", () => {
  const statistics = { samples: 384, batches: 192, pivotBatches: 192 };
  const made = "384 samples in 192 batches, 192 with pivots";
  expect(statisticsText(statistics, { origin: "beforehand", seconds: null })).toBe(`${made} · calibrated beforehand`);
  expect(statisticsText(statistics, { origin: "kept", seconds: null })).toBe(`${made} · kept from an earlier visit`);
  expect(statisticsText(statistics, { origin: "here", seconds: 38 })).toBe(`${made} · took 40 s`);
  expect(statisticsText({ samples: 1, batches: 1, pivotBatches: 0 }, { origin: "here", seconds: 3 })).toBe(
    "1 sample in 1 batch, 0 with pivots · took 3 s",
  );
});
