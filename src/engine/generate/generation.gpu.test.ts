import { describe } from "vitest";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { defineGenerationSuite } from "../testing/generation-suite.ts";

describe("fused generation on WebGPU", () => {
  defineGenerationSuite(() => createBrowserWebGpuBackend({ largestBuffer: 0 }));
});

describe("fused generation in WebAssembly", () => {
  defineGenerationSuite(createBrowserCpuBackend);
});
