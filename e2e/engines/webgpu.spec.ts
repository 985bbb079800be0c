/**
 * WebGPU in Firefox, another implementation of it than Chromium's: wgpu, on Linux with Mesa's software adapter, which
 * has half precision. It is slow there (seconds for a sample), so the journey is the shortest that visits every kernel.
 */
import { driverEnvironment, HOW_TO_GET_A_DRIVER } from "../../scripts/vulkan-driver.ts";
import { FEW_SAMPLES } from "../words.ts";
import { drag, firstAnswer, prunedAnswer, SHORT_EXAMPLE } from "./main-job.ts";
import { skipWithout, test } from "./open-engine.ts";
import { LONG } from "./workbench.ts";

test("answers, calibrates and prunes on WebGPU in half precision", async ({ workbench }) => {
  skipWithout(process.platform === "linux" && driverEnvironment() === null ? HOW_TO_GET_A_DRIVER : null);
  await workbench.open(`${FEW_SAMPLES}&ratio=30&${SHORT_EXAMPLE}`, "?backend=webgpu");
  await workbench.chip.waitForText(/^Scenes 3M · 3\.02 M parameters · WebGPU · float16/, LONG);
  await firstAnswer(workbench);
  await prunedAnswer(workbench);
  await drag(workbench);
  await workbench.expectNoErrors();
});
