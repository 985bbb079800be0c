import { describe } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { defineHeadInPartsSuite } from "../testing/head-in-parts-suite.ts";

describe("the head in parts on WebGPU", () => {
  defineHeadInPartsSuite(() => createBrowserWebGpuBackend({ largestBuffer: 0 }));
});
