/** Scores, masks and biases against what the codes of FLAP and LLM-Pruner print for a tiny Llama. */
import { expect, it } from "vitest";
import { describeWithShared } from "../../testing/shared.ts";
import { defaultParameters, type MethodParameters } from "../parameters.ts";
import { matrixTerms } from "../testing/baselines.ts";
import { LLAMA_ORACLE_PATH, type OfficialMask, readLlamaOracle } from "../testing/llama-oracle.ts";
import { flapMetric } from "./flap.ts";
import { methodNamed } from "./index.ts";

type Rows = readonly (readonly number[])[];

describeWithShared(
  "methods against their authors' codes",
  (folder) => {
    const oracle = readLlamaOracle(folder);
    const { file, layout, statistics } = oracle;
    const { layers } = file.config;

    const allocation = (method: string, changed: Partial<MethodParameters>, ratio: number) =>
      methodNamed(method).plan(layout, statistics, { ...defaultParameters(), ...changed }, ratio);

    /** A flat array as rows by layer. */
    const byLayer = (flat: ArrayLike<number>, kind: "attn" | "mlp"): number[][] =>
      Array.from({ length: layers }, (_, layer) => {
        const module = layout.modules.findIndex((found) => found.layer === layer && found.kind === kind);
        return Array.from(flat).slice(layout.offsets[module], layout.offsets[module + 1]);
      });
    const expectMask = (keep: Uint8Array, mask: OfficialMask) => {
      const asNumbers = (rows: Rows) => rows.map((row) => row.map(Number));
      expect(byLayer(keep, "attn")).toEqual(asNumbers(mask.head_mask));
      expect(byLayer(keep, "mlp")).toEqual(asNumbers(mask.mlp_mask));
    };
    const expectNear = (found: Rows, expected: Rows, tolerance = 1e-4) => {
      expect(found.map((row) => row.length)).toEqual(expected.map((row) => row.length));
      expected.forEach((row, layer) => {
        row.forEach((value, unit) => {
          const error = Math.abs((found[layer]?.[unit] ?? Number.NaN) - value) / Math.max(Math.abs(value), 1e-12);
          expect(error, `layer ${layer}, unit ${unit}`).toBeLessThan(tolerance);
        });
      });
    };
    const sumHeads = (rows: Rows): number[][] => {
      const size = file.config.head_dim;
      return rows.map((row) =>
        Array.from({ length: row.length / size }, (_, head) =>
          row.slice(head * size, (head + 1) * size).reduce((sum, value) => sum + value, 0),
        ),
      );
    };

    const metrics = ["WIFV", "IFV", "WIFN"] as const;
    it.each(metrics)("FLAP's metric %s", (name) => {
      for (const kind of ["attn", "mlp"] as const) {
        const found = layout.modules.flatMap((module, index) => {
          const terms = statistics.baselines?.modules[index];
          if (module.kind !== kind || !terms) return [];
          return [[...flapMetric(terms, { flapMetric: name, flapVariance: "upstream" })]];
        });
        expectNear(found, file.flap[name][kind]);
      }
    });

    const structures = ["AL-AM", "UL-UM"] as const;
    it.each(structures.flatMap((structure) => metrics.map((metric) => [structure, metric] as const)))(
      "FLAP's masks and biases by %s of %s",
      (flapStructure, metric) => {
        const official = file.flap_official[`${flapStructure}/${metric}`];
        if (!official) throw new Error("The oracle lacks a structure.");
        const { keep, meanInputs } = allocation("flap", { flapStructure, flapMetric: metric }, official.ratio);
        expectMask(keep, official);

        let start = 0;
        layout.modules.forEach((module, index) => {
          const columnsPerUnit = module.kind === "attn" ? file.config.head_dim : 1;
          const columns = module.unitCount * columnsPerUnit;
          const means = meanInputs?.subarray(start, start + columns);
          start += columns;
          const bias = (module.kind === "attn" ? official.o_bias : official.down_bias)[module.layer] ?? [];
          oracle.lastProjectionRows(module).forEach((row, output) => {
            const found = row.reduce((sum, weight, column) => {
              const unit = (layout.offsets[index] ?? 0) + Math.floor(column / columnsPerUnit);
              return sum + (keep[unit] === 1 ? 0 : weight * (means?.[column] ?? Number.NaN));
            }, 0);
            // The code rounds mean inputs to half precision.
            expect(Math.abs(found - (bias[output] ?? Number.NaN)), `${module.key}[${output}]`).toBeLessThan(1e-3);
          });
        });
        expect(start).toBe(meanInputs?.length);
      },
    );

    it("Magnitude-SP's scores and masks", () => {
      const official = file.prune_magnitude_sp_official;
      const { keep, values } = allocation("magnitude-columns", {}, official.ratio);
      expectNear(byLayer(values, "attn"), sumHeads(file.mag_sp.attn));
      expectNear(byLayer(values, "mlp"), file.mag_sp.mlp);
      expectMask(keep, official);
    });

    it("Wanda-SP's scores, and its mask of the first layer, which it scores on dense activations too", () => {
      const official = file.prune_wanda_sp_official;
      const { keep, values } = allocation("wanda-sp", {}, official.ratio);
      expectNear(byLayer(values, "attn"), sumHeads(file.wanda_sp_dense_acts.attn));
      expectNear(byLayer(values, "mlp"), file.wanda_sp_dense_acts.mlp);
      expect(byLayer(keep, "attn")[0]).toEqual(official.head_mask[0]?.map(Number));
      expect(byLayer(keep, "mlp")[0]).toEqual(official.mlp_mask[0]?.map(Number));
    });

    it.each(["l1", "l2"] as const)("LLM-Pruner's magnitude %s", (magnitudeNorm) => {
      const { values } = allocation("magnitude-all", { magnitudeNorm }, 0.3);
      const expected = file.llm_pruner_magnitude[`${magnitudeNorm}_mean`];
      expectNear(byLayer(values, "attn"), expected.heads);
      expectNear(byLayer(values, "mlp"), expected.mlp);
    });

    const saliencies = ["vectorize", "param_first", "param_second", "param_mix"] as const;
    it.each(saliencies)("LLM-Pruner's reductions of %s over gate, up and down", (llmPrunerSaliency) => {
      const printed = file.llm_pruner[llmPrunerSaliency];
      const numbers = (reduction: string) => printed?.[reduction]?.mlp.flat() ?? [];
      // Gate is printed as "first"; up and down follow from sum and product, in one order or the other.
      const gate = numbers("first");
      const rest = numbers("sum").map((sum, unit) => sum - (gate[unit] ?? 0));
      const products = numbers("prod").map((product, unit) => product / (gate[unit] ?? 0));
      const roots = (sign: 1 | -1) =>
        rest.map((sum, unit) => (sum + sign * Math.sqrt(Math.max(0, sum * sum - 4 * (products[unit] ?? 0)))) / 2);
      const ups = roots(1);
      const downs = roots(-1);
      const term = {
        ...{ vectorize: "taylorVector", param_first: "taylorFirst" },
        ...{ param_second: "taylorSecond", param_mix: "taylorMix" },
      }[llmPrunerSaliency];
      const neurons = file.config.inter;
      const modules = (statistics.baselines?.modules ?? []).map((terms, index) => {
        const { kind, layer } = layout.modules[index] ?? {};
        if (kind !== "mlp" || layer === undefined) return terms;
        const lines = (all: readonly number[]) => ({
          [term]: Float64Array.from(all.slice(layer * neurons, (layer + 1) * neurons), (value) => Math.max(0, value)),
        });
        return {
          ...terms,
          matrices: [
            matrixTerms("gate", 1, neurons, lines(gate)),
            matrixTerms("up", 1, neurons, lines(ups)),
            matrixTerms("down", 1, neurons, lines(downs)),
          ],
        };
      });
      const filled = {
        ...statistics,
        baselines: { modules, probabilityAttribution: new Float64Array(layout.unitCount) },
      };
      for (const llmPrunerReduction of ["sum", "max", "prod", "first", "mean"] as const) {
        const parameters = { ...defaultParameters(), llmPrunerSaliency, llmPrunerReduction };
        const { values } = methodNamed("llm-pruner").plan(layout, filled, parameters, 0.3);
        expectNear(byLayer(values, "mlp"), printed?.[llmPrunerReduction]?.mlp ?? [], 1e-3);
      }
    });
  },
  [LLAMA_ORACLE_PATH, "oracles/llama-mha.safetensors"],
);
