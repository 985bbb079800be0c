import { describe } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { defineInterruptedSuite } from "../testing/interrupted-suite.ts";

describe("an interrupted calibration on WebGPU", () => {
  defineInterruptedSuite(() => createBrowserWebGpuBackend({ largestBuffer: 0 }));
});
