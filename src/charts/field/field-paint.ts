/**
 * Values and keep mask → pixels of the neuron field, one scanline per layer. Runs once per frame while the thumb
 * moves, so it allocates nothing and takes no logarithm, sorts nothing.
 *
 * A kept unit's shade is its approximate rank by value per parameter among all units of both towers: the quantity
 * that the allocation sorts by (docs/method.md, "Allocation"). Ranks come from a histogram over the upper half of the float32
 * bit pattern, which for positive numbers is monotonic in the value and resolves 1/128 of it.
 */
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { type ModuleSpan, spanSize } from "../layers.ts";
import { type FieldGeometry, firstOfColumn, moduleColumns } from "./field-geometry.ts";

/** The weakest kept unit is this far from gone towards kept, so that the two never look alike. */
export const WEAKEST_KEPT = 0.4;

const KEYS = 1 << 15;
const SHADES = 256;

/** A colour ramp from gone (0) to the strongest kept (255), as little-endian RGBA words. */
export type FieldRamp = Uint32Array;

export type Rgb = readonly [red: number, green: number, blue: number];

/** Straight line between the two colours; averages of cells are then averages of shades. */
export function fieldRamp(gone: Rgb, kept: Rgb): FieldRamp {
  const ramp = new Uint32Array(SHADES);
  const bytes = new Uint8ClampedArray(ramp.buffer);
  for (let shade = 0; shade < SHADES; shade++) {
    const t = shade / (SHADES - 1);
    for (let channel = 0; channel < 3; channel++) {
      const from = gone[channel] ?? 0;
      bytes[shade * 4 + channel] = from + ((kept[channel] ?? 0) - from) * t;
    }
    bytes[shade * 4 + 3] = 255;
  }
  return ramp;
}

export interface FieldPainter {
  /**
   * Writes `geometry.columns` × rows pixels into `pixels`, row by row from the top; free columns get 0
   * (transparent).
   */
  readonly paint: (
    pixels: Uint32Array,
    geometry: FieldGeometry,
    frame: Pick<FrameData, "keep" | "values">,
    ramp: FieldRamp,
  ) => void;
  /** Shade 0..1 of each unit as last painted: 0 gone, WEAKEST_KEPT..1 kept. */
  readonly shades: Float32Array;
}

/** Holds the scratch arrays of one layout: 8 bytes per unit and 256 KiB. */
export function createFieldPainter(layout: UnitLayout): FieldPainter {
  const efficiency = new Float32Array(layout.unitCount);
  const bits = new Uint32Array(efficiency.buffer);
  const shades = new Float32Array(layout.unitCount);
  const counts = new Uint32Array(KEYS + 1);
  const shadeOfKey = new Float32Array(KEYS);

  const rank = (keep: Uint8Array, values: Float64Array) => {
    counts.fill(0);
    layout.modules.forEach((module, index) => {
      const perParameter = 1 / module.unitCost;
      const end = layout.offsets[index + 1] ?? 0;
      for (let unit = layout.offsets[index] ?? 0; unit < end; unit++) {
        const value = (values[unit] ?? 0) * perParameter;
        efficiency[unit] = Math.max(0, value) || 0;
        const key = (bits[unit] ?? 0) >>> 16;
        counts[key] = (counts[key] ?? 0) + 1;
      }
    });
    let below = 0;
    for (let key = 0; key < KEYS; key++) {
      const here = counts[key] ?? 0;
      if (here === 0) continue;
      shadeOfKey[key] = WEAKEST_KEPT + (1 - WEAKEST_KEPT) * ((below + here / 2) / layout.unitCount);
      below += here;
    }
    for (let unit = 0; unit < layout.unitCount; unit++) {
      // A product, because a branch is guessed wrong for half of the units.
      shades[unit] = (keep[unit] ?? 0) * (shadeOfKey[(bits[unit] ?? 0) >>> 16] ?? 1);
    }
  };

  return {
    shades,
    paint: (pixels, geometry, frame, ramp) => {
      rank(frame.keep, frame.values);
      pixels.fill(0);
      geometry.rows.forEach((layer, row) => {
        const base = row * geometry.columns;
        if (layer.attention)
          paintSpan(pixels, base, moduleColumns(geometry, "attention"), layer.attention, shades, ramp);
        if (layer.mlp) paintSpan(pixels, base, moduleColumns(geometry, "mlp"), layer.mlp, shades, ramp);
      });
    },
  };
}

/** Cells at least this wide leave their last column free, so that single units can be told apart. */
const SEPARATED_FROM = 5;

function paintSpan(
  pixels: Uint32Array,
  base: number,
  [from, to]: readonly [number, number],
  span: ModuleSpan,
  shades: Float32Array,
  ramp: FieldRamp,
): void {
  const width = to - from;
  const size = spanSize(span);
  if (size === 0) return;
  const separated = width / size >= SEPARATED_FROM;
  for (let column = 0; column < width; column++) {
    const first = firstOfColumn(column, size, width);
    const next = firstOfColumn(column + 1, size, width);
    if (separated && next > first) continue;
    let sum = shades[span.start + first] ?? 0;
    for (let unit = first + 1; unit < next; unit++) sum += shades[span.start + unit] ?? 0;
    const mean = sum / Math.max(1, next - first);
    pixels[base + from + column] = ramp[Math.round(mean * (SHADES - 1))] ?? 0;
  }
}
