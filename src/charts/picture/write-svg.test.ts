// @module-tag attack
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRgb } from "./colours.ts";
import { parseGradient, shape } from "./css-boxes.ts";
import { escapeText } from "./escape.ts";
import type { Scene, TextMark } from "./scene.ts";
import { writeSvg } from "./write-svg.ts";

const black = { hex: "#000000", opacity: 1 };
const text: TextMark = {
  kind: "text",
  text: "mean 0.0004",
  x: 10.123456,
  y: 20,
  anchor: "start",
  size: 13,
  weight: 600,
  italic: false,
  mono: false,
  colour: { hex: "#1b6f3e", opacity: 0.5 },
  width: 61.5,
  matrix: null,
};

function scene(parts: Partial<Scene>): Scene {
  const whole = { title: "T", description: "tiny · µCRASP · 38 %", width: 300, height: 100.5, background: black };
  return { ...whole, marks: [], ...parts };
}

describe("foreign text", () => {
  it("is text and nothing else, whatever is in it", () => {
    const signs: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (given) => {
        const escaped = escapeText(given);
        expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toMatch(/[&<>"']/);
        const back = escaped.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => signs[name] ?? "");
        // What XML cannot hold is replaced, sign for sign.
        expect(back).toHaveLength(given.length);
      }),
    );
  });

  it.each([
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
    [`" onload="x`, "&quot; onload=&quot;x"],
    ["a\u0000b\u001b[31m", "a\ufffdb\ufffd[31m"],
    ["\ud800 alone", "\ufffd alone"],
    ["😀 µ ≤", "😀 µ ≤"],
    ["]]>", "]]&gt;"],
  ])("%j", (given, expected) => {
    expect(escapeText(given)).toBe(expected);
  });

  it("does not leave its place in a picture", () => {
    const evil = `</text></svg><script>alert("1")</script>`;
    const svg = writeSvg(
      scene({ title: evil, description: evil, marks: [{ ...text, text: evil }, shape(evil, { fill: black })] }),
    );
    expect(svg).not.toContain("<script");
    expect(svg.match(/<\/svg>/g)).toHaveLength(1);
  });
});

describe("a picture as SVG", () => {
  it("says whose it is and how large, and links nothing", () => {
    const svg = writeSvg(scene({}));
    expect(svg).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    expect(svg).toContain(' width="300" height="100.5" viewBox="0 0 300 100.5" ');
    expect(svg).toContain('<desc id="description">tiny · µCRASP · 38 %</desc>');
    expect(svg).toContain('<rect width="300" height="100.5" fill="#000000"/>');
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|var\(|@import|class=/);
  });

  it("keeps text as text, fitted to its room", () => {
    expect(writeSvg(scene({ marks: [text] }))).toContain(
      '<text x="10.12" y="20" font-size="13" font-weight="600" fill="#1b6f3e" fill-opacity="0.5" textLength="61.5" lengthAdjust="spacingAndGlyphs">mean 0.0004</text>',
    );
    const turned = { ...text, width: null, anchor: "end", matrix: [0, -1, 1, 0, 5, 6] } as const;
    expect(writeSvg(scene({ marks: [turned] }))).toMatch(
      / text-anchor="end" fill="#1b6f3e" fill-opacity="0.5" transform="matrix\(0 -1 1 0 5 6\)">/,
    );
  });

  it("writes lines, dashes and gradients", () => {
    const stroke = { colour: black, width: 1.75, dash: [3, 2], round: true };
    const fill = { towards: "right", stops: [{ at: 0, colour: black }] } as const;
    const box = { x: 1, y: 2, width: 10, height: 4 };
    const svg = writeSvg(
      scene({ marks: [shape("M0.123456 1e-9L3 4", { stroke }), shape("M1 2h10v4Z", { fill, box })] }),
      { idPrefix: "kl-", inline: true },
    );
    expect(svg).toContain(
      '<path d="M0.12 1e-9L3 4" fill="none" stroke="#000000" stroke-width="1.75" stroke-dasharray="3 2" stroke-linejoin="round"/>',
    );
    expect(svg).toContain(
      '<linearGradient id="kl-gradient-1" gradientUnits="userSpaceOnUse" x1="1" y1="2" x2="11" y2="2"><stop offset="0" stop-color="#000000"/></linearGradient>',
    );
    expect(svg).toContain('<path d="M1 2h10v4Z" fill="url(#kl-gradient-1)"/>');
    expect(svg).not.toContain("<?xml");
  });
});

describe("what stylesheets compute", () => {
  it.each([
    ["rgb(27, 111, 62)", { hex: "#1b6f3e", opacity: 1 }],
    ["rgba(27, 111, 62, 0.25)", { hex: "#1b6f3e", opacity: 0.25 }],
    ["rgb(27 111 62 / 50%)", { hex: "#1b6f3e", opacity: 0.5 }],
    ["color(srgb 1 0 0)", null],
  ])("%s", (given, expected) => {
    expect(parseRgb(given)).toEqual(expected);
  });

  it("reads gradients by their direction and places, and no others", () => {
    const [red, blue] = [parseRgb("rgb(255, 0, 0)"), parseRgb("rgb(0, 0, 255)")];
    expect(parseGradient("linear-gradient(90deg, rgb(255, 0, 0), rgb(0, 0, 255))", parseRgb)).toEqual({
      towards: "right",
      stops: [
        { at: 0, colour: red },
        { at: 1, colour: blue },
      ],
    });
    expect(parseGradient("linear-gradient(rgb(255, 0, 0) 50%, rgb(0, 0, 255) 50%)", parseRgb)).toEqual({
      towards: "bottom",
      stops: [
        { at: 0.5, colour: red },
        { at: 0.5, colour: blue },
      ],
    });
    expect(parseGradient("none", parseRgb)).toBeNull();
    expect(parseGradient("repeating-linear-gradient(90deg, red 0px, blue 4px)", parseRgb)).toBeNull();
  });
});
