import { describe, expect, it } from "vitest";
import { type BrowserSearch, browserArguments, findBrowser } from "./find-browser.ts";

function machine(files: readonly string[], rest: Partial<BrowserSearch> = {}): BrowserSearch {
  return {
    environment: { PATH: "/usr/local/bin:/usr/bin" },
    platform: "linux",
    exists: (path) => files.includes(path),
    playwrightPath: () => "/playwright/chrome",
    ...rest,
  };
}

describe("findBrowser", () => {
  it("takes the browser that PIVOTSCOPE_BROWSER names before all others", () => {
    const environment = { PIVOTSCOPE_BROWSER: "/mine/chrome", PATH: "/usr/bin" };
    expect(findBrowser(machine(["/mine/chrome", "/playwright/chrome"], { environment }))).toBe("/mine/chrome");
  });

  it("says so when PIVOTSCOPE_BROWSER names a file that is not there", () => {
    const environment = { PIVOTSCOPE_BROWSER: "/gone/chrome" };
    expect(() => findBrowser(machine(["/playwright/chrome"], { environment }))).toThrow("/gone/chrome");
  });

  it("prefers Playwright's Chromium to Chrome, Chrome to Edge and Edge to a Chromium on PATH", () => {
    const all = [
      "/playwright/chrome",
      "/opt/google/chrome/chrome",
      "/opt/microsoft/msedge/msedge",
      "/usr/bin/chromium",
    ];
    const found = all.map((_, index) => findBrowser(machine(all.slice(index))));
    expect(found).toEqual(all);
  });

  it("knows the places of macOS and Windows", () => {
    const mac = "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge";
    expect(findBrowser(machine([mac], { platform: "darwin" }))).toBe(mac);
    const windows = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe";
    const environment = { PROGRAMFILES: "C:\\Program Files" };
    expect(findBrowser(machine([windows], { platform: "win32", environment }))).toBe(windows);
  });

  it("goes on where Playwright has no build for the platform", () => {
    const playwrightPath = () => {
      throw new Error("unsupported platform");
    };
    expect(findBrowser(machine(["/usr/bin/chromium"], { playwrightPath }))).toBe("/usr/bin/chromium");
  });

  it("says how to get a browser where there is none", () => {
    expect(() => findBrowser(machine([]))).toThrow(/npx playwright install chromium[\s\S]*PIVOTSCOPE_BROWSER/);
  });
});

describe("browserArguments", () => {
  it("forces SwiftShader unless the machine's own GPU is asked for", () => {
    expect(browserArguments({})).toContain("--use-webgpu-adapter=swiftshader");
    const real = browserArguments({ PIVOTSCOPE_GPU: "real" });
    expect(real.filter((flag) => flag.includes("swiftshader"))).toEqual([]);
    expect(real).toContain("--enable-unsafe-webgpu");
  });
});
