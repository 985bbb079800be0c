/** The reference numbers of a tiny Idefics3 model, as statistics in this project's form. Tests only. */
import { readSharedJson } from "../../testing/shared.ts";
import { readStatistics } from "../parse-statistics.ts";
import type { Statistics } from "../statistics.ts";
import type { UnitLayout } from "../unit.ts";
import { layoutFromLists } from "./layout-from-lists.ts";

export const ORACLE_PATH = "oracles/idefics3-a/expected.json";

export interface OraclePlan {
  readonly ratio: number;
  readonly value: Readonly<Record<string, readonly number[]>>;
  readonly keep: Readonly<Record<string, readonly number[]>>;
  readonly reached: number;
  readonly total: number;
}

export interface Oracle {
  readonly layout: UnitLayout;
  readonly statistics: Statistics;
  readonly plans: readonly OraclePlan[];
  /** The file as it lies there. */
  readonly file: unknown;
}

/** @param folder the folder of reference material. */
export function readOracle(folder: string): Oracle {
  const file = readSharedJson<{
    readonly attribution_global: Readonly<Record<string, readonly number[]>>;
    readonly unit_cost: Readonly<Record<string, number>>;
    readonly plans: readonly OraclePlan[];
  }>(folder, ORACLE_PATH);
  const layout = layoutFromLists(file.attribution_global, file.unit_cost, 66_472);
  return { layout, statistics: readStatistics(file, layout), plans: file.plans, file };
}
