import { expect, it } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { checkHalfPrecision } from "../check/self-check.ts";
import { SMALL_CONFIG } from "../testing/small-config.ts";
import { choosePrecision } from "./choose-precision.ts";

const able = (await navigator.gpu.requestAdapter())?.features.has("shader-f16") === true;

it("takes half precision only where the device has it and computes it rightly", async () => {
  const backend = await createBrowserWebGpuBackend({ largestBuffer: 0 });
  expect(backend.limits.float16).toBe(able);
  for (const wanted of ["auto", "float16"] as const) {
    let wrong: string | null = null;
    const choice = await choosePrecision(backend, wanted, async () => {
      wrong = await checkHalfPrecision(backend, SMALL_CONFIG);
      return wrong;
    });
    expect(choice.precision).toBe(able && wrong === null ? "float16" : "float32");
    if (!able) expect(choice.note).toMatch(/no half precision \(shader-f16\)/);
    else if (wrong !== null) expect(choice.note).toContain(wrong);
    else expect(choice.note).toBe("");
  }
  // Nothing was uploaded for a check that makes no sense here, and nothing stays of one that does.
  expect(backend.uploadedBytes).toBe(0);
  await backend.dispose();
});

// Where the device has it there is nothing to ask, and nothing to skip.
if (!able) {
  it("does not compute in float16 on a device without shader-f16, which is why it is never taken there", async () => {
    const backend = await createBrowserWebGpuBackend({ largestBuffer: 0 });
    expect(await checkHalfPrecision(backend, SMALL_CONFIG)).toMatch(/does not run: .*f16/);
    await backend.dispose();
  });
}
