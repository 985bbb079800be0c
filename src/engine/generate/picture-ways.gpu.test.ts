import { describe } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { definePictureWaysSuite } from "../testing/picture-ways-suite.ts";

describe("ways to write behind pictures on WebGPU", () => {
  definePictureWaysSuite(() => createBrowserWebGpuBackend({ largestBuffer: 0 }));
});
