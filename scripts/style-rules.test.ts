import { describe, expect, it } from "vitest";
import { checkSource, checkStylesheet } from "./style-rules.ts";

const sheet = (declaration: string) => checkStylesheet("src/panels/A.module.css", `.a {\n  ${declaration};\n}`);

describe("a stylesheet", () => {
  it.each([
    "color: #fff",
    "color: #16191d80",
    "background: rgb(8 12 18 / 45%)",
    "box-shadow: 0 0 2px hsl(20 10% 10%)",
    "border: 1px solid black",
    "fill: LightGrey",
    "color: oklch(0.5 0.1 20)",
    "font-size: 12px",
    "font-size: 0.9em",
    "font: 600 13px / 1.4 var(--font)",
  ])("may not say %s", (declaration) => {
    expect(sheet(declaration)).toMatchObject([{ path: "src/panels/A.module.css", line: 2 }]);
  });

  it.each([
    "color: var(--text)",
    "background: none",
    "border-color: transparent",
    "color: currentcolor",
    "background: color-mix(in srgb, var(--accent) 14%, transparent)",
    "color: color(from var(--kl) xyz-d65 calc(0.9505 * y) y calc(1.0888 * y))",
    "font: var(--size-note) / 18px var(--font-mono)",
    "font-size: var(--size-note)",
    "font: inherit",
    'content: "red #fff"',
    "white-space: nowrap",
    "border-top-color: var(--tower-text)",
  ])("may say %s", (declaration) => {
    expect(sheet(declaration)).toEqual([]);
  });

  it("of the tokens may write anything out", () => {
    expect(checkStylesheet("src/styles/tokens.css", ":root { --text: #16191d; }")).toEqual([]);
  });
});

describe("a source that draws", () => {
  it.each([
    'const ink = "#16191d";',
    'context.fillStyle = "rgb(8, 12, 18)";',
    '<rect fill="red" />',
    "style={{ color: 'black' }}",
    "<text fontSize={11}>",
    'context.font = "11px sans-serif";',
  ])("may not say %s", (line) => {
    expect(checkSource("src/charts/A.tsx", `\n${line}`)).toMatchObject([{ line: 2 }]);
  });

  it.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source holds the template
    'rest.fillStyle = `rgb(${background.join(" ")})`;',
    'fill="none"',
    'const COLOURS = ["red", "blue"];',
    'href="#plan"',
    "// used to be #fff",
    'useCssColours(ref, ["--kept"]);',
  ])("may say %s", (line) => {
    expect(checkSource("src/charts/A.tsx", line)).toEqual([]);
  });
});
