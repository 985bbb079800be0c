/**
 * What a keep mask leaves of a model: widths of its layers, and lines of its tensors. Masking a unit and leaving its rows
 * and columns out are the same model, because what a removed unit adds to the hidden states is zero either way.
 */
import { PivotscopeError } from "../../core/errors.ts";
import { indexOf, type ModuleKind, rangeOf, type Tower, type UnitLayout } from "../../core/unit.ts";
import {
  type LayerWidths,
  type ModelDefinition,
  type TowerDefinition,
  towersOf,
  type UnitLines,
} from "../architectures/definition.ts";
import { heldShape } from "../architectures/weight-slots.ts";

/** Units of each layer, of both towers; a tower that a model does not have is missing. */
export type ModelWidths = Partial<Readonly<Record<Tower, readonly LayerWidths[]>>>;

/** Lines of a tensor that stay, in rising order, of all that it has along this axis. */
export interface KeptLines {
  readonly axis: UnitLines["axis"];
  readonly lines: Uint32Array;
  readonly total: number;
}

/** Places of the units of one module that `keep` keeps, in rising order. */
function keptUnits(layout: UnitLayout, keep: Uint8Array, tower: Tower, layer: number, kind: ModuleKind): Uint32Array {
  const { first, end } = rangeOf(layout, indexOf(layout, tower, layer, kind));
  const kept: number[] = [];
  for (let unit = first; unit < end; unit++) if (keep[unit]) kept.push(unit - first);
  if (kept.length > 0) return Uint32Array.from(kept);
  throw new PivotscopeError(
    "bad-input",
    `${tower}.${layer}.${kind} keeps none of its ${end - first} units; a sliced layer has at least one of each kind.`,
    "Take a lower ratio, or a method that leaves every module something.",
  );
}

/**
 * Widths of all layers where only the units that `keep` keeps (1, per unit of the layout) are left.
 * @throws PivotscopeError `bad-input` naming a module that keeps no unit.
 */
export function keptWidths(definition: ModelDefinition, layout: UnitLayout, keep: Uint8Array): ModelWidths {
  const count = (tower: Tower, layer: number, kind: ModuleKind) => keptUnits(layout, keep, tower, layer, kind).length;
  return Object.fromEntries(
    towersOf(definition).map(({ tower, layers }) => [
      tower,
      layers.map((_, layer) => ({
        attentionUnits: count(tower, layer, "attn"),
        mlpUnits: count(tower, layer, "mlp"),
      })),
    ]),
  );
}

/**
 * Lines that stay of every tensor whose lines belong to units, by the tensor's name; all lines where nothing is removed. Of
 * a tensor that several inputs hold rows of, lines of all of them.
 * @throws PivotscopeError `bad-input` naming a module that keeps no unit.
 */
export function keptLines(
  definition: ModelDefinition,
  layout: UnitLayout,
  keep: Uint8Array,
): ReadonlyMap<string, KeptLines> {
  const byTensor = new Map<string, KeptLines>();
  for (const tower of towersOf(definition)) {
    for (const [layer, { weights }] of tower.layers.entries()) {
      const kept = keptByInput(tower, layer, layout, keep);
      for (const { input, tensor, shape, rows } of weights) {
        const own = kept.get(input);
        if (!own) continue;
        const total = rows ? (shape[0] ?? 0) : own.total;
        const before = byTensor.get(tensor)?.lines ?? [];
        const lines = own.lines.map((line) => line + (rows?.[0] ?? 0));
        byTensor.set(tensor, { axis: own.axis, total, lines: Uint32Array.from([...before, ...lines]) });
      }
    }
  }
  return byTensor;
}

/**
 * The same of the weights of one layer by graph input, counted from the first line that the input holds.
 * @throws PivotscopeError `bad-input` naming a module that keeps no unit.
 */
export function keptByInput(
  { tower, layers }: TowerDefinition,
  layer: number,
  layout: UnitLayout,
  keep: Uint8Array,
): ReadonlyMap<string, KeptLines> {
  const kept = {
    attn: keptUnits(layout, keep, tower, layer, "attn"),
    mlp: keptUnits(layout, keep, tower, layer, "mlp"),
  };
  return new Map(
    (layers[layer]?.weights ?? []).flatMap((slot): [string, KeptLines][] => {
      if (!slot.units) return [];
      const { kind, axis, groupSize } = slot.units;
      const total = heldShape(slot)[axis === "rows" ? 0 : 1] ?? 0;
      return [[slot.input, { axis, lines: linesOf(kept[kind], groupSize), total }]];
    }),
  );
}

/** Unit u owns lines u · groupSize and the groupSize − 1 behind it. */
function linesOf(units: Uint32Array, groupSize: number): Uint32Array {
  const lines = new Uint32Array(units.length * groupSize);
  units.forEach((unit, index) => {
    for (let line = 0; line < groupSize; line++) lines[index * groupSize + line] = unit * groupSize + line;
  });
  return lines;
}

/**
 * `bytes` of a row-major tensor of `shape`, whose elements take `width` bytes, without the lines that go.
 * A vector's entries count as its rows.
 */
export function gatherLines(
  bytes: Uint8Array,
  shape: readonly number[],
  { axis, lines, total }: KeptLines,
  width: number,
): Uint8Array<ArrayBuffer> {
  const [rows = 0, ...rest] = shape;
  const rowBytes = rest.reduce((product, length) => product * length, 1) * width;
  if (axis === "rows") {
    const gathered = new Uint8Array(lines.length * rowBytes);
    lines.forEach((line, index) => {
      gathered.set(bytes.subarray(line * rowBytes, (line + 1) * rowBytes), index * rowBytes);
    });
    return gathered;
  }
  const columnBytes = rowBytes / total;
  const gathered = new Uint8Array(rows * lines.length * columnBytes);
  const elements = (of: Uint8Array) => {
    const Elements = columnBytes === 4 ? Uint32Array : Uint16Array;
    // Elements of a file may lie at any byte; a copy lies where an array of them may.
    const whole = of.byteOffset % columnBytes === 0 ? of : of.slice();
    return new Elements(whole.buffer as ArrayBuffer, whole.byteOffset, whole.byteLength / columnBytes);
  };
  const source = elements(bytes);
  const target = elements(gathered);
  for (let row = 0; row < rows; row++) {
    for (let index = 0; index < lines.length; index++) {
      target[row * lines.length + index] = source[row * total + (lines[index] as number)] as number;
    }
  }
  return gathered;
}
