import { expect, it } from "vitest";
import { createUnitLayout } from "../../core/unit.ts";
import { type ModelDefinition, type TowerDefinition, towerModules } from "../architectures/definition.ts";
import { gatherLines, type KeptLines, keptByInput, keptLines } from "./kept-lines.ts";

const kept = (axis: KeptLines["axis"], total: number, ...lines: number[]): KeptLines => ({
  axis,
  total,
  lines: Uint32Array.from(lines),
});
const bytesOf = (...numbers: number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
const numbersOf = (bytes: Uint8Array<ArrayBuffer>) => [...new Float32Array(bytes.buffer)];
const MATRIX = bytesOf(1, 2, 3, 4, 5, 6);

it("gathers rows, columns and entries of vectors", () => {
  expect(numbersOf(gatherLines(MATRIX, [3, 2], kept("rows", 3, 0, 2), 4))).toEqual([1, 2, 5, 6]);
  expect(numbersOf(gatherLines(MATRIX, [2, 3], kept("columns", 3, 1, 2), 4))).toEqual([2, 3, 5, 6]);
  expect(numbersOf(gatherLines(MATRIX, [6], kept("rows", 6, 5), 4))).toEqual([6]);
});

it("gathers halves, wherever they begin in memory", () => {
  const halves = Uint16Array.of(1, 2, 3, 4, 5, 6);
  const shifted = new Uint8Array(13);
  shifted.set(new Uint8Array(halves.buffer), 1);
  const found = gatherLines(shifted.subarray(1), [2, 3], kept("columns", 3, 0, 2), 2);
  expect([...new Uint16Array(found.buffer)]).toEqual([1, 3, 4, 6]);
});

it("counts lines of a tensor that several inputs hold rows of, in the tensor and in each input", () => {
  // Two heads of two rows in each of query, key and value, which are one tensor; a neuron's column beside them.
  const units = { kind: "attn", axis: "rows", groupSize: 2 } as const;
  const fused = (["query", "key", "value"] as const).map((input, part) => ({
    input,
    tensor: "qkv",
    shape: [12, 3],
    rows: [4 * part, 4 * part + 4] as const,
    units,
  }));
  const down = { input: "down", tensor: "down", shape: [3, 2], units: { kind: "mlp", axis: "columns", groupSize: 1 } };
  const modules = towerModules("vision", [{ attentionUnits: 2, mlpUnits: 2 }], { attn: 1, mlp: 1 });
  const layers = [{ weights: [...fused, down] }];
  const definition = { text: { tower: "text", layers: [] }, vision: { tower: "vision", layers } };
  const layout = createUnitLayout(modules, 10);
  const keep = Uint8Array.of(0, 1, 1, 0);
  const byTensor = keptLines(definition as unknown as ModelDefinition, layout, keep);
  expect([...(byTensor.get("qkv")?.lines ?? [])]).toEqual([2, 3, 6, 7, 10, 11]);
  expect(byTensor.get("qkv")?.total).toBe(12);
  expect(byTensor.get("down")).toEqual({ axis: "columns", lines: Uint32Array.of(0), total: 2 });
  const byInput = keptByInput(definition.vision as unknown as TowerDefinition, 0, layout, keep);
  expect(byInput.get("value")).toEqual({ axis: "rows", lines: Uint32Array.of(2, 3), total: 4 });
});
