/** The model that the fake engine makes believe to hold: its layout, what it needs, what it is. */
import { createUnitLayout, type Module, moduleKey, type Tower, type UnitLayout } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import type { ModelSource } from "../../models/model-source.ts";
import type { BackendKind, ModelChoice, ModelNeeds, ModelSummary } from "../contract.ts";
import { VOCABULARY } from "./fake-text.ts";

export function fakeLayout(): UnitLayout {
  const modules: Module[] = [];
  const add = (tower: Tower, layer: number, heads: number, neurons: number) => {
    modules.push({
      key: moduleKey(tower, layer, "attn"),
      tower,
      layer,
      kind: "attn",
      unitCount: heads,
      unitCost: 4096,
    });
    modules.push({ key: moduleKey(tower, layer, "mlp"), tower, layer, kind: "mlp", unitCount: neurons, unitCost: 96 });
  };
  for (let layer = 0; layer < 2; layer++) add("vision", layer, 4, 64);
  for (let layer = 0; layer < 6; layer++) add("text", layer, 4, 96);
  return createUnitLayout(modules, 200_000);
}

export function fakeNeeds(source: ModelSource, layout: UnitLayout): ModelNeeds {
  return {
    name: source.name,
    architecture: "idefics3",
    parameters: layout.totalParameters,
    version: "abc123",
    files: [
      { path: "config.json", bytes: 1_000, cachedBytes: 1_000 },
      { path: "model.safetensors", bytes: 400_000, cachedBytes: 100_000 },
    ],
    bytesToFetch: 300_000,
    bytesCached: 101_000,
    dtypes: ["BF16"],
    note: "",
    choices: [fakeChoice("webgpu", "float16"), fakeChoice("webgpu", "float32"), fakeChoice("cpu", "float32")],
  };
}

/** A way to run the fake model; it fits unless told otherwise. */
export function fakeChoice(backend: BackendKind, precision: Precision, fits = true): ModelChoice {
  return {
    backend,
    precision,
    weightBytes: precision === "float16" ? 400_000 : 800_000,
    largestBuffer: 100_000,
    bufferLimit: backend === "cpu" ? null : 134_217_728,
    fits,
    reason: fits ? "It fits." : "The largest buffer needs 200 MB; this GPU allows 134 MB.",
  };
}

export function fakeSummary(name: string, backend: "webgpu" | "cpu", layout: UnitLayout): ModelSummary {
  return {
    name,
    weightHash: "0123456789abcdef".repeat(4),
    architecture: "idefics3",
    layout,
    backend,
    backendNote: "",
    webGpuInSoftware: false,
    weightBytes: 800_000,
    precision: "float32",
    precisionNote: "",
    cacheNote: "",
    splitsPictures: true,
    pictureBudget: { default: 16, smallest: 4, largest: 64 },
    vision: true,
    imageTokens: 16,
    vocabularySize: VOCABULARY.length,
    maximumTokens: 128,
    recommended: { window: 2 },
    calibrationSamples: 8,
  };
}
