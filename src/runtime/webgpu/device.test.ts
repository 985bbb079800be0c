import { expect, test } from "vitest";
import { wantedFeatures } from "./device.ts";

function adapter(names: readonly string[], subgroupMinSize?: number) {
  return { features: new Set(names), info: { subgroupMinSize } } as unknown as GPUAdapter;
}

test("takes what the adapter has of the features that speed onnxruntime up", () => {
  expect(wantedFeatures(adapter(["subgroups", "shader-f16", "float32-filterable"], 32))).toEqual([
    "shader-f16",
    "subgroups",
  ]);
  expect(wantedFeatures(adapter([], 32))).toEqual([]);
  expect(wantedFeatures(adapter(["subgroups"]))).toEqual(["subgroups"]);
  expect(wantedFeatures({ features: new Set(["shader-f16"]) as GPUSupportedFeatures })).toEqual(["shader-f16"]);
});

test("leaves subgroups out where they are smaller than onnxruntime's attention takes them to be", () => {
  expect(wantedFeatures(adapter(["subgroups", "timestamp-query"], 4))).toEqual(["timestamp-query"]);
  expect(wantedFeatures(adapter(["subgroups"], 8))).toEqual(["subgroups"]);
});
