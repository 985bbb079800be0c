import { expect, it } from "vitest";
import { ablationSeries, methodSeries } from "../../core/experiments/series.ts";
import { defaultParameters } from "../../core/parameters.ts";
import type { KeptResult } from "../../state/slices/experiments/kept-result.ts";
import { resultDetails, resultTitle } from "./result-words.ts";

const common = { version: 1, samplesPerFamily: 10, generate: true } as const;
const about = (description: NonNullable<KeptResult["about"]>["description"]) => ({
  about: { model: "scenes", description, cells: 9, samples: 40, measured: 360 },
});
const methods = (...names: string[]) => methodSeries(names, defaultParameters());

it("says what was measured, of what, how large it is and when", () => {
  const title = (series: ReturnType<typeof methods>, ratios: readonly number[]) =>
    resultTitle(about({ ...common, kind: "sweep", series, ratios }));
  expect(title(methods("mucrasp", "flap"), [0.4])).toBe("µCRASP and FLAP at 40\u00a0%");
  expect(title(methods("mucrasp", "flap", "random"), [0.1, 0.3, 0.7])).toBe("3 methods at 10\u00a0% to 70\u00a0%");
  expect(title(ablationSeries(defaultParameters()), [0.4])).toBe("Ablations at 40\u00a0%");
  const windows = about({ ...common, kind: "windows", size: 4 });
  expect(resultTitle(windows)).toBe("Windows of 4 layers");
  expect(resultDetails({ key: "[]", ...windows, bytes: 1_234_567, at: Date.UTC(2026, 10, 30, 12) }, "Scenes 3M")).toBe(
    "Scenes 3M · 9 models × 40 samples, 360 measurements · 1.2 MB · 30 Nov 2026",
  );
  expect(resultTitle({ about: null })).toBe("A result of another version of this page");
  expect(resultDetails({ key: "[]", about: null, bytes: 10, at: null }, "an unknown model")).toBe(
    "an unknown model · 10 B · date unknown",
  );
});
