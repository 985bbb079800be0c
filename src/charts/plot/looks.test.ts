/** Eight series that can be told apart without colour, in colours that can be seen in both themes. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DASHES, LOOKS, METHOD_LOOKS, markerPath, methodLook } from "./looks.ts";

const css = readFileSync(new URL("../../styles/tokens.css", import.meta.url), "utf8");

type Colour = readonly [number, number, number];

/** Linear light of a property of one theme. */
function colourOf(theme: "light" | "dark", name: string): Colour {
  const block = css.slice(css.indexOf(`[data-theme="${theme}"]`));
  const hex = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(block)?.[1] ?? "";
  expect(hex, `--${name} of the ${theme} theme`).not.toBe("");
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
}

function contrast(a: Colour, b: Colour): number {
  const [high = 0, low = 0] = [a, b].map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b).sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Distance in OKLab (Ottosson 2020); differences below 0.02 are hard to see. */
function distance(a: Colour, b: Colour): number {
  const lab = ([r, g, b]: Colour) => {
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [first, second] = [lab(a), lab(b)];
  return Math.hypot(...first.map((value, place) => value - (second[place] ?? 0)));
}

/** How a colour looks without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1). */
const VISION = {
  full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
} as const;

function seen(vision: keyof typeof VISION, [r, g, b]: Colour): Colour {
  const m = VISION[vision];
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return [
    clamp(m[0] * r + m[1] * g + m[2] * b),
    clamp(m[3] * r + m[4] * g + m[5] * b),
    clamp(m[6] * r + m[7] * g + m[8] * b),
  ];
}

const pairs = LOOKS.flatMap((a) => LOOKS.slice(a + 1).map((b) => [a, b] as const));

describe.each(["light", "dark"] as const)("%s theme", (theme) => {
  const colours = LOOKS.map((look) => colourOf(theme, `series-${look}`));

  it.each(["background", "surface", "surface-raised"])("every series has 3 : 1 on the %s", (ground) => {
    for (const colour of colours) expect(contrast(colour, colourOf(theme, ground))).toBeGreaterThanOrEqual(3);
  });

  it.each(["full", "protanopia", "deuteranopia"] as const)("no two colours are one with %s vision", (vision) => {
    for (const [a, b] of pairs) {
      const [first, second] = [colours[a], colours[b]];
      if (!first || !second) throw new Error("a colour is missing");
      expect(distance(seen(vision, first), seen(vision, second)), `${a} and ${b}`).toBeGreaterThan(0.1);
    }
  });
});

describe("without colour", () => {
  it("no two series have the same marker, and neighbours have different dashes", () => {
    expect(new Set(LOOKS.map((look) => markerPath(look, 0, 0))).size).toBe(LOOKS.length);
    const dashes = LOOKS.map((look) => DASHES[look]);
    for (const look of LOOKS) expect(dashes[look]).not.toBe(dashes[(look + 1) % LOOKS.length]);
  });

  it("gives every method a look that no other has, and refuses one without", () => {
    expect(new Set(Object.values(METHOD_LOOKS)).size).toBe(Object.keys(METHOD_LOOKS).length);
    expect(methodLook("mucrasp")).toBe(0);
    expect(() => methodLook("ninth")).toThrow(/There is no method "ninth"/);
  });
});
