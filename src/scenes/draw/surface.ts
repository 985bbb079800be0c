/** What the materials look like: plain rubber, striped wood, shining metal, clear glass with a rim. */
import type { Colour, Material } from "../scene.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

/** 0..255, before light and material. */
export const colourValues: Readonly<Record<Colour, Rgb>> = {
  red: [214, 40, 40],
  orange: [244, 136, 24],
  yellow: [240, 214, 48],
  green: [44, 156, 70],
  blue: [40, 92, 220],
  purple: [124, 52, 178],
  pink: [244, 132, 190],
};

/** A pale wall that darkens a little downwards. */
export function backgroundAt(y: number): Rgb {
  const light = 244 - 14 * y;
  return [light, light, light + 4];
}

/** How strongly glass hides what is behind it. */
const GLASS_FILL = 0.22;
const RIM = 0.2;

/**
 * The colour of a point of an object, mixed with what is behind it.
 *
 * @param depth how far inside the outline the point lies.
 * @param light of the face that the point belongs to.
 */
export function surfaceAt(
  material: Material,
  colour: Rgb,
  behind: Rgb,
  u: number,
  v: number,
  depth: number,
  light: number,
): Rgb {
  switch (material) {
    case "rubber":
      // Matt, with a soft dark edge.
      return scale(colour, light * (depth < 0.14 ? 0.78 : 1));
    case "wooden":
      return scale(colour, light * (grain(u, v) ? 0.58 : 1));
    case "metal": {
      const across = (u + v) * 0.5 + 0.28;
      const shine = 1 - Math.min(1, Math.abs(across) / 0.3);
      const shade = across > 0 ? 1 - 0.45 * Math.min(1, across) : 1;
      return mix(scale(colour, light * shade), [255, 255, 255], 0.9 * shine);
    }
    case "glass": {
      if (depth < RIM) return scale(colour, 0.92);
      const tint = mix(behind, colour, GLASS_FILL);
      const glint = u + v < -0.5 && u + v > -0.8;
      return glint ? mix(tint, [255, 255, 255], 0.8) : tint;
    }
  }
}

/** Three dark stripes to a unit, slightly slanted. */
function grain(u: number, v: number): boolean {
  const position = (v + 0.12 * u + 2) * 2.4;
  return position - Math.floor(position) < 0.42;
}

function scale([red, green, blue]: Rgb, factor: number): Rgb {
  return [Math.min(255, red * factor), Math.min(255, green * factor), Math.min(255, blue * factor)];
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}
