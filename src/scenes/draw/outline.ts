/**
 * The outlines of the shapes in a box from -1 to 1, as depths: how far inside the outline a point lies (negative
 * outside), nearly in units of the box's half width. Only sums, products and square roots are used, which every
 * JavaScript engine rounds alike: that makes pictures equal pixel for pixel.
 */
import type { Shape } from "../scene.ts";

const RING_MIDDLE = 0.72;
const RING_HALF = 0.28;
const DIAGONAL = Math.sqrt(0.5);
/** The cone's slope from its apex (0, -1) to the end of its base (0.95, 0.72). */
const CONE_WIDTH = 0.95;
const CONE_HEIGHT = 1.72;
const CONE_SIDE = Math.sqrt(CONE_WIDTH * CONE_WIDTH + CONE_HEIGHT * CONE_HEIGHT);
const CONE_BASE = 0.72;
const CYLINDER_WIDTH = 0.68;
const CYLINDER_EDGE = 0.72;
/** Height of the ellipses that end cone and cylinder. */
const CAP = 0.26;

/** Depth of a point; u runs to the right and v downwards. */
export function depthInside(shape: Shape, u: number, v: number): number {
  switch (shape) {
    case "ball":
      return 0.96 - Math.sqrt(u * u + v * v);
    case "ring": {
      const distance = Math.sqrt(u * u + v * v) - RING_MIDDLE;
      return RING_HALF - (distance < 0 ? -distance : distance);
    }
    case "cube": {
      const across = Math.min(u + 0.92, 0.92 - u);
      const down = Math.min(v + 0.92, 0.92 - v);
      // The two corners that the slanted view cuts off: top left and bottom right.
      const corners = Math.min((u + v + 1.39) * DIAGONAL, (1.39 - u - v) * DIAGONAL);
      return Math.min(across, down, corners);
    }
    case "cone": {
      const side = (CONE_WIDTH * (v + 1) - CONE_HEIGHT * Math.abs(u)) / CONE_SIDE;
      return Math.min(side, CONE_BASE + cap(u, CONE_WIDTH) - v);
    }
    case "cylinder":
      return Math.min(CYLINDER_WIDTH - Math.abs(u), CYLINDER_EDGE + cap(u, CYLINDER_WIDTH) - Math.abs(v));
  }
}

function cap(u: number, width: number): number {
  const share = 1 - (u / width) * (u / width);
  return share > 0 ? CAP * Math.sqrt(share) : 0;
}

/** The face that a point of the outline shows, as the light that falls on it: 1 is the object's own colour. */
export function faceLight(shape: Shape, u: number, v: number): number {
  if (shape === "cube") {
    if (u <= 0.45 && v >= -0.45) return 1;
    return u + v > 0 ? 0.72 : 1.18;
  }
  if (shape === "cylinder") {
    const height = (v + CYLINDER_EDGE) / CAP;
    const width = u / CYLINDER_WIDTH;
    return width * width + height * height < 1 ? 1.18 : 1;
  }
  return 1;
}
