import { describe, expect, it } from "vitest";
import { type DriverSearch, driverEnvironment, swiftShaderEnvironment } from "./vulkan-driver.ts";

const search = (folders: Record<string, readonly string[]>, rest: Partial<DriverSearch> = {}): DriverSearch => ({
  environment: {},
  platform: "linux",
  list: (folder) => folders[folder] ?? [],
  browserFolder: () => null,
  ...rest,
});
const installed = (...files: string[]) => search({ "/usr/share/vulkan/icd.d": files });

describe("Mesa's software driver", () => {
  it("is taken whatever the processor, and cards' drivers are left alone", () => {
    const path = "/usr/share/vulkan/icd.d/lvp_icd.aarch64.json";
    const found = driverEnvironment(
      installed("intel_icd.x86_64.json", "lvp_icd.aarch64.json", "radeon_icd.x86_64.json"),
    );
    expect(found).toEqual({ VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path });
  });

  it("is not found where only cards have drivers, or nothing does", () => {
    expect(driverEnvironment(installed("intel_icd.x86_64.json"))).toBeNull();
    expect(driverEnvironment(search({}))).toBeNull();
  });

  it("is left for the machine's own GPU where that is asked for", () => {
    expect(driverEnvironment(search({}, { environment: { PIVOTSCOPE_GPU: "real" } }))).toEqual({});
  });
});

describe("Chromium's software driver", () => {
  const files = ["chrome", "vk_swiftshader_icd.json"];
  const at = (folder: string) => ({
    VK_DRIVER_FILES: `${folder}/vk_swiftshader_icd.json`,
    VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json`,
    LD_LIBRARY_PATH: folder,
  });

  it("is taken beside the browser of the tests, else where distributions put it", () => {
    const folders = { "/mine": files, "/usr/lib/chromium": files };
    expect(swiftShaderEnvironment(search(folders, { browserFolder: () => "/mine" }))).toEqual(at("/mine"));
    expect(swiftShaderEnvironment(search(folders, { browserFolder: () => "/usr/bin" }))).toEqual(
      at("/usr/lib/chromium"),
    );
    expect(swiftShaderEnvironment(search(folders))).toEqual(at("/usr/lib/chromium"));
  });

  it("is not found without a Chromium, nor on other systems than Linux", () => {
    expect(swiftShaderEnvironment(search({ "/usr/lib/chromium": ["chrome"] }))).toBeNull();
    const rest = { browserFolder: () => "/mine", platform: "darwin" as const };
    expect(swiftShaderEnvironment(search({ "/mine": files }, rest))).toBeNull();
  });
});
