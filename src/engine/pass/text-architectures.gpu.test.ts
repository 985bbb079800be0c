import { describe } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { defineTextSuite } from "../testing/text-suite.ts";

describe("text-only architectures on WebGPU", () => {
  defineTextSuite(() => createBrowserWebGpuBackend({ largestBuffer: 0 }));
});
