import { describe } from "vitest";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "./browser.ts";
import { defineTargetResidualSuite } from "./testing/target-residual-suite.ts";

describe("softmax less one-hot on WebGPU", () => {
  defineTargetResidualSuite(() => createBrowserWebGpuBackend({ largestBuffer: 0 }));
});

describe("softmax less one-hot in WebAssembly", () => {
  defineTargetResidualSuite(createBrowserCpuBackend);
});
