/** Terms of the compared methods that property tests draw. Tests only. */
import fc from "fast-check";
import { createRandom } from "../random.ts";
import type { BaselineStatistics, MatrixName, MatrixTerms, Statistics } from "../statistics.ts";
import type { Module, UnitLayout } from "../unit.ts";
import { arbitraryStatistics } from "./layouts.ts";

/** Terms of one matrix, by default all zero. */
export function matrixTerms(
  matrix: MatrixName,
  linesPerUnit: number,
  lines: number,
  terms: Partial<MatrixTerms> = {},
): MatrixTerms {
  const zeros = () => new Float64Array(lines);
  return {
    ...{ matrix, linesPerUnit, lineLength: 2, absolute: zeros(), square: zeros() },
    ...{ taylorVector: zeros(), taylorFirst: zeros(), taylorSecond: zeros(), taylorMix: zeros() },
    ...terms,
  };
}

/** How many lines a unit of each matrix of a module owns: heads of `size` channels, `queries` query heads a group. */
export function matricesOf(module: Module, size: number, queries: number): readonly (readonly [MatrixName, number])[] {
  if (module.kind === "attn") {
    return [
      ["query", size * queries],
      ["key", size],
      ["value", size],
      ["output", size * queries],
    ];
  }
  const names: readonly MatrixName[] = module.tower === "text" ? ["gate", "up", "down"] : ["fc1", "fc2"];
  return names.map((name) => [name, 1]);
}

/** A layout's terms out of one number at a time; `draw` is told whether the number may be negative. */
export function fillBaselines(
  layout: UnitLayout,
  size: number,
  queries: number,
  draw: (signed: boolean) => number,
): BaselineStatistics {
  const list = (length: number, signed = false) => Float64Array.from({ length }, () => draw(signed));
  return {
    modules: layout.modules.map((module) => {
      const shapes = matricesOf(module, size, module.tower === "text" ? queries : 1);
      const columns = module.unitCount * (shapes.at(-1)?.[1] ?? 1);
      return {
        matrices: shapes.map(([name, linesPerUnit]) => {
          const lines = module.unitCount * linesPerUnit;
          return matrixTerms(name, linesPerUnit, lines, {
            ...{ lineLength: 3, absolute: list(lines), square: list(lines), taylorVector: list(lines) },
            ...{ taylorFirst: list(lines), taylorSecond: list(lines), taylorMix: list(lines) },
          });
        }),
        input: {
          ...{ mean: list(columns, true), fluctuation: list(columns), fluctuationWelford: list(columns) },
          energy: list(columns),
        },
      };
    }),
    probabilityAttribution: list(layout.unitCount, true),
  };
}

/** Float32 numbers over several decades, with zeros and ties; now and then all of them are equal. */
export function arbitraryBaselines(layout: UnitLayout): fc.Arbitrary<BaselineStatistics> {
  return fc
    .record({
      seed: fc.nat(),
      size: fc.integer({ min: 1, max: 3 }),
      queries: fc.integer({ min: 1, max: 3 }),
      spread: fc.constantFrom("constant", "few", "wide"),
    })
    .map(({ seed, size, queries, spread }) => {
      const random = createRandom(seed);
      return fillBaselines(layout, size, queries, (signed) => {
        if (spread === "constant") return 0.5;
        const sign = signed && random.next() < 0.5 ? -1 : 1;
        const amount = spread === "few" ? random.integer(4) : Math.fround(10 ** (8 * random.next() - 6));
        // JSON has no −0.
        return amount === 0 ? 0 : sign * amount;
      });
    });
}

/** Statistics that every method can read. */
export function arbitraryFullStatistics(layout: UnitLayout): fc.Arbitrary<Statistics> {
  return fc
    .tuple(arbitraryStatistics(layout), arbitraryBaselines(layout))
    .map(([statistics, baselines]) => ({ ...statistics, baselines }));
}
