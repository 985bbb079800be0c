/**
 * What the codes of FLAP and LLM-Pruner print for a tiny Llama, as this project's statistics: terms of the weights are
 * summed up here from the weights, inputs come from the printed numbers. Gradients are not in there. Tests only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import { readSharedJson } from "../../testing/shared.ts";
import type { MatrixName, ModuleTerms, Statistics } from "../statistics.ts";
import { createUnitLayout, type Module, moduleKey, type UnitLayout } from "../unit.ts";
import { matrixTerms } from "./baselines.ts";

export const LLAMA_ORACLE_PATH = "oracles/llama-mha.json";

type Rows = readonly (readonly number[])[];
interface Scores {
  readonly heads: Rows;
  readonly mlp: Rows;
}
interface FlapScores {
  readonly attn: Rows;
  readonly attn_baseline: Rows;
  readonly mlp: Rows;
  readonly mlp_baseline: Rows;
}
export interface OfficialMask {
  readonly ratio: number;
  readonly head_mask: Rows;
  readonly mlp_mask: Rows;
}

export interface LlamaOracleFile {
  readonly config: Readonly<Record<"hidden" | "inter" | "layers" | "heads" | "head_dim", number>>;
  readonly flap: Readonly<Record<"WIFV" | "IFV" | "WIFN", FlapScores>>;
  readonly flap_official: Readonly<Record<string, OfficialMask & { readonly o_bias: Rows; readonly down_bias: Rows }>>;
  readonly wanda_sp_dense_acts: { readonly attn: Rows; readonly mlp: Rows };
  readonly mag_sp: { readonly attn: Rows; readonly mlp: Rows };
  readonly prune_wanda_sp_official: OfficialMask;
  readonly prune_magnitude_sp_official: OfficialMask;
  readonly llm_pruner: Readonly<Record<string, Readonly<Record<string, Scores>>>>;
  readonly llm_pruner_magnitude: Readonly<Record<"l1_mean" | "l2_mean", Scores>>;
}

export interface LlamaOracle {
  readonly file: LlamaOracleFile;
  readonly layout: UnitLayout;
  readonly statistics: Statistics;
  /** Rows of a layer's output (attention) or down (MLP). */
  lastProjectionRows(module: Module): Rows;
}

/** @param folder the folder of reference material. */
export function readLlamaOracle(folder: string): LlamaOracle {
  const file = readSharedJson<LlamaOracleFile>(folder, LLAMA_ORACLE_PATH);
  const weights = new SafetensorsFile(new Uint8Array(readFileSync(join(folder, "oracles/llama-mha.safetensors"))));
  const { hidden, inter, layers, heads, head_dim: size } = file.config;
  const modules = Array.from({ length: layers }, (_, layer): Module[] => [
    {
      ...{ key: moduleKey("text", layer, "attn"), tower: "text", layer, kind: "attn" },
      ...{ unitCount: heads, unitCost: 4 * size * hidden },
    },
    {
      ...{ key: moduleKey("text", layer, "mlp"), tower: "text", layer, kind: "mlp" },
      ...{ unitCount: inter, unitCost: 3 * hidden },
    },
  ]).flat();
  const layout = createUnitLayout(modules, 0);

  const rows = (layer: number, name: string): Rows => {
    const tensor = `model.layers.${layer}.${name}.weight`;
    const [count = 0, length = 0] = weights.tensors.get(tensor)?.shape ?? [];
    const flat = weights.readFloat32(tensor);
    return Array.from({ length: count }, (_, row) => Array.from(flat.subarray(row * length, (row + 1) * length)));
  };
  const transpose = (matrix: Rows): Rows =>
    Array.from({ length: matrix[0]?.length ?? 0 }, (_, column) => matrix.map((row) => row[column] ?? 0));
  const terms = (matrix: MatrixName, linesPerUnit: number, lines: Rows) =>
    matrixTerms(matrix, linesPerUnit, lines.length, {
      lineLength: lines[0]?.length ?? 0,
      absolute: Float64Array.from(lines, (line) => line.reduce((sum, weight) => sum + Math.abs(weight), 0)),
      square: Float64Array.from(lines, (line) => line.reduce((sum, weight) => sum + weight * weight, 0)),
    });

  const moduleTerms = ({ layer, kind }: Module): ModuleTerms => {
    const matrices =
      kind === "attn"
        ? [
            terms("query", size, rows(layer, "self_attn.q_proj")),
            terms("key", size, rows(layer, "self_attn.k_proj")),
            terms("value", size, rows(layer, "self_attn.v_proj")),
            terms("output", size, transpose(rows(layer, "self_attn.o_proj"))),
          ]
        : [
            terms("gate", 1, rows(layer, "mlp.gate_proj")),
            terms("up", 1, rows(layer, "mlp.up_proj")),
            terms("down", 1, transpose(rows(layer, "mlp.down_proj"))),
          ];
    const last = matrices.at(-1);
    const fluctuation = Float64Array.from(file.flap.IFV[kind][layer] ?? []);
    return {
      matrices,
      input: {
        mean: Float64Array.from(file.flap.IFV[`${kind}_baseline`][layer] ?? []),
        fluctuation,
        fluctuationWelford: fluctuation,
        // WIFN = Σ|w|/d · √energy, solved for energy.
        energy: Float64Array.from(
          file.flap.WIFN[kind][layer] ?? [],
          (metric, column) => ((metric * (last?.lineLength ?? 0)) / (last?.absolute[column] ?? 0)) ** 2,
        ),
      },
    };
  };

  const perUnit = () => new Float64Array(layout.unitCount);
  const perModule = () => new Float64Array(modules.length);
  return {
    file,
    layout,
    statistics: {
      ...{ attributionGlobal: perUnit(), attributionPivot: perUnit(), cmds: perModule(), sens: perModule() },
      ...{ samples: 6, batches: 1, pivotBatches: 0 },
      baselines: { modules: modules.map(moduleTerms), probabilityAttribution: perUnit() },
    },
    lastProjectionRows: ({ layer, kind }) => rows(layer, kind === "attn" ? "self_attn.o_proj" : "mlp.down_proj"),
  };
}
