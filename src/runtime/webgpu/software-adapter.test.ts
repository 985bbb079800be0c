import { expect, test } from "vitest";
import { softwareRenderer } from "./software-adapter.ts";

const info = (fields: Readonly<Record<string, string | boolean>>) => ({ info: fields });

test.each([
  // Chromium 156 with SwiftShader, as it answers.
  [
    info({ vendor: "google", architecture: "swiftshader", device: "", description: "", isFallbackAdapter: true }),
    "SwiftShader",
  ],
  [info({ vendor: "google", architecture: "swiftshader" }), "SwiftShader"],
  [info({ vendor: "", architecture: "", description: "llvmpipe (LLVM 15.0.6, 256 bits)" }), "llvmpipe"],
  [info({ vendor: "mesa", architecture: "lavapipe" }), "llvmpipe"],
  [info({ vendor: "microsoft", architecture: "warp" }), "Microsoft Basic Render Driver"],
  [info({ vendor: "microsoft", description: "Microsoft Basic Render Driver" }), "Microsoft Basic Render Driver"],
])("names the software renderer of %o", (adapter, name) => {
  expect(softwareRenderer(adapter)).toBe(name);
});

test("believes an adapter that says that it is a fallback, where browsers have put that", () => {
  const unnamed = "no graphics hardware";
  expect(softwareRenderer(info({ vendor: "", isFallbackAdapter: true }))).toBe(unnamed);
  expect(softwareRenderer({ isFallbackAdapter: true })).toBe(unnamed);
  expect(softwareRenderer({ isFallbackAdapter: true, info: { vendor: "0x10005" } })).toBe(unnamed);
});

test.each([
  info({ vendor: "nvidia", architecture: "hopper", device: "", description: "NVIDIA H200", isFallbackAdapter: false }),
  info({ vendor: "apple", architecture: "common-3" }),
  info({ vendor: "intel", architecture: "gen-12lp", description: "Mesa Intel(R) Xe Graphics (TGL GT2)" }),
  // Hardware of the same makers as the renderers above.
  info({ vendor: "google", description: "Warpdrive" }),
  info({ vendor: "microsoft", description: "Direct3D 12 adapter" }),
  info({}),
  {},
  { isFallbackAdapter: false },
])("takes %o for hardware", (adapter) => {
  expect(softwareRenderer(adapter)).toBe(null);
});
