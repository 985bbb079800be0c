/** `layers` on the bundled model. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");
const ask = ["layers", "--model", model, "--samples", join(model, "calibration.json")];

interface Written {
  readonly layers: readonly { tower: string; layer: number; outlier_share: number; tamp_density: number | null }[];
}

describe("layers", () => {
  const folder = useTemporaryFolder();

  it("writes one entry per layer, text first, with what was asked for", async () => {
    const out = folder.path("layers.json");
    const captured = await runCaptured([...ask, "--limit", "1", "--outlier-factor", "2", "--out", out]);
    expect(captured).toEqual({ code: 0, output: "", errors: "" });
    const written: Written = JSON.parse(await readFile(out, "utf8"));
    expect(written).toMatchObject({ model: "scenes", samples: 1, outlier_factor: 2 });
    expect(written.layers.map(({ tower, layer }) => `${tower} ${layer}`)).toEqual([
      ...Array.from({ length: 12 }, (_, layer) => `text ${layer}`),
      ...Array.from({ length: 4 }, (_, layer) => `vision ${layer}`),
    ]);
    for (const layer of written.layers) {
      expect(Object.keys(layer)).toEqual(["tower", "layer", "block_influence", "outlier_share", "tamp_density"]);
      expect(layer.tamp_density === null).toBe(layer.tower === "vision");
    }

    // Standard output without a file, M = 3 without a factor: then fewer entries are outliers.
    const printed = await runCaptured([...ask, "--limit", "1"]);
    expect(printed).toMatchObject({ code: 0, errors: "" });
    const { layers }: Written = JSON.parse(printed.output);
    for (const [index, { outlier_share }] of layers.entries()) {
      expect(outlier_share).toBeLessThan(written.layers[index]?.outlier_share ?? 0);
    }
  }, 120_000);

  it("refuses a factor that finds nothing or everything, and a limit of nothing, before it loads the model", async () => {
    const elsewhere = ["layers", "--model", "/nowhere", "--samples", join(model, "calibration.json")];
    const factor = await runCaptured([...elsewhere, "--outlier-factor", "0"]);
    expect(factor).toMatchObject({ code: 1, output: "" });
    expect(factor.errors).toMatch(/outlier factor is 0/);
    const limit = await runCaptured([...elsewhere, "--limit", "0"]);
    expect(limit).toMatchObject({ code: 1, output: "" });
    expect(limit.errors).toMatch(/limit/);
  });

  it("stops when it is cancelled, without a result", async () => {
    const controller = new AbortController();
    const { code, output } = await runCaptured(ask, {
      signal: controller.signal,
      showProgress: true,
      onError: (text) => {
        if (text.includes("Looking at layers: sample 1 of 16")) controller.abort();
      },
    });
    expect({ code, output }).toEqual({ code: 130, output: "" });
  }, 120_000);
});
