import { describe } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { defineHeadGradientSuite } from "../testing/head-gradient-suite.ts";

describe("the head's gradient on WebGPU against float64", () => {
  defineHeadGradientSuite(() => createBrowserWebGpuBackend({ largestBuffer: 0 }));
});
