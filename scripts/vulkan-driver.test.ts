import { expect, it } from "vitest";
import { driverEnvironment } from "./vulkan-driver.ts";

const search = (files: readonly string[], environment: Record<string, string> = {}) => ({
  environment,
  list: (folder: string) => (folder === "/usr/share/vulkan/icd.d" ? files : []),
});

it("takes Mesa's software driver, whatever the processor, and leaves cards' drivers alone", () => {
  const path = "/usr/share/vulkan/icd.d/lvp_icd.aarch64.json";
  const files = ["intel_icd.x86_64.json", "lvp_icd.aarch64.json", "radeon_icd.x86_64.json"];
  expect(driverEnvironment(search(files))).toEqual({ VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path });
});

it("finds none where only cards have drivers, or nothing does", () => {
  expect(driverEnvironment(search(["intel_icd.x86_64.json"]))).toBeNull();
  expect(driverEnvironment(search([]))).toBeNull();
});

it("sets nothing where the machine's own GPU is asked for", () => {
  expect(driverEnvironment(search([], { PIVOTSCOPE_GPU: "real" }))).toEqual({});
});
