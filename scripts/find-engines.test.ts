import { describe, expect, it } from "vitest";
import { type EngineSearch, findFirefox, findWebKit } from "./find-engines.ts";

const WEBKIT = [
  "/usr/bin/WebKitWebDriver",
  "/usr/bin/Xvfb",
  "/usr/bin/python3",
  "/usr/lib/python3/dist-packages/gi/__init__.py",
  "/usr/lib/aarch64-linux-gnu/girepository-1.0/WebKit2-4.1.typelib",
];

/** A machine that holds these files and no others. */
function machine(files: readonly string[], rest: Partial<EngineSearch> = {}): EngineSearch {
  return {
    environment: { PATH: "/usr/local/bin:/usr/bin" },
    platform: "linux",
    exists: (path) => files.includes(path),
    list: (folder) => {
      const inside = files.filter((path) => path.startsWith(`${folder}/`));
      return [...new Set(inside.map((path) => path.slice(folder.length + 1).split("/")[0] ?? ""))];
    },
    ...rest,
  };
}

describe("findFirefox", () => {
  it("takes the one that PIVOTSCOPE_FIREFOX names before the system's", () => {
    const environment = { PIVOTSCOPE_FIREFOX: "/mine/firefox", PATH: "/usr/bin" };
    expect(findFirefox(machine(["/usr/bin/firefox", "/mine/firefox"], { environment }))).toBe("/mine/firefox");
  });

  it("says so when PIVOTSCOPE_FIREFOX names a file that is not there", () => {
    const environment = { PIVOTSCOPE_FIREFOX: "/gone/firefox", PATH: "/usr/bin" };
    expect(() => findFirefox(machine(["/usr/bin/firefox"], { environment }))).toThrow("/gone/firefox");
  });

  it("knows the system's own, and the places of macOS and Windows", () => {
    expect(findFirefox(machine(["/usr/bin/firefox", "/usr/bin/firefox-esr"]))).toBe("/usr/bin/firefox-esr");
    const mac = "/Applications/Firefox.app/Contents/MacOS/firefox";
    expect(findFirefox(machine([mac], { platform: "darwin" }))).toBe(mac);
    const windows = "C:\\Program Files\\Mozilla Firefox\\firefox.exe";
    const environment = { PROGRAMFILES: "C:\\Program Files" };
    expect(findFirefox(machine([windows], { platform: "win32", environment }))).toBe(windows);
  });

  it("says how to get one where there is none", () => {
    expect(() => findFirefox(machine([]))).toThrow(/apt-get install firefox-esr[\s\S]*PIVOTSCOPE_FIREFOX/);
  });
});

describe("findWebKit", () => {
  it("finds driver and display beside what a window takes, in whatever processor's folder", () => {
    const [driver, display] = WEBKIT;
    expect(findWebKit(machine(WEBKIT))).toEqual({ driver, display });
  });

  it.each(WEBKIT.map((_, left) => left))("says how to get what is missing (%i)", (left) => {
    const rest = WEBKIT.filter((_, index) => index !== left);
    expect(() => findWebKit(machine(rest))).toThrow(
      "apt-get install webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb",
    );
  });

  it("is Linux's alone", () => {
    expect(() => findWebKit(machine(WEBKIT, { platform: "darwin" }))).toThrow("Linux only");
  });
});
