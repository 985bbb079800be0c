/**
 * What stylesheets and sources may say about looks: colours and sizes of type by the names of src/styles/tokens.css
 * only. Pure functions over file texts.
 */
import postcss from "postcss";

export interface StyleViolation {
  readonly path: string;
  readonly line: number;
  readonly reason: string;
}

const TOKENS = "src/styles/tokens.css";
const NAMED =
  "black|white|red|green|blue|yellow|orange|purple|pink|brown|gr[ae]y|silver|navy|teal|maroon|olive|lime|aqua|cyan|magenta|fuchsia|gold|crimson|tomato|salmon|coral|indigo|violet|orchid|khaki|beige|ivory|tan|(?:dark|light|medium|pale|deep|hot|sky|steel|royal|slate|dim)[a-z]+";
/** A colour written out. What is made from a token, as color-mix() or color(from var(…) …), has none of these. */
const COLOUR = new RegExp(
  `#[0-9a-f]{3,8}\\b|\\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\\(\\s*[\\d.]|(?<![\\w-])(?:${NAMED})(?![\\w-])`,
  "i",
);
/** A size of type written out, in a `font-size` or before the family in a `font`. */
const SIZE = /(?<![\w-])[\d.]+(?:px|r?em|pt|%|vw)/;

/** @param css a whole stylesheet. */
export function checkStylesheet(path: string, css: string): StyleViolation[] {
  if (path === TOKENS) return [];
  const found: StyleViolation[] = [];
  postcss.parse(css, { from: path }).walkDecls(({ prop, value, source }) => {
    const line = source?.start?.line ?? 1;
    const words = value.replaceAll(/"[^"]*"|'[^']*'|url\([^)]*\)/g, "");
    const colour = COLOUR.exec(words);
    if (colour && prop !== "composes" && !prop.startsWith("grid")) {
      found.push({ path, line, reason: `${colour[0]} is a colour written out; name it in ${TOKENS} and use var(--…)` });
    }
    const size =
      prop === "font-size" || prop === "font" ? SIZE.exec(prop === "font" ? beforeHeight(words) : words) : null;
    if (size)
      found.push({ path, line, reason: `${size[0]} is a size of type written out; use one of --size-… of ${TOKENS}` });
  });
  return found;
}

/** In `13px / 18px family` a height of lines may be in pixels. */
const beforeHeight = (font: string) => font.split("/")[0] ?? font;

const SOURCE_RULES: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /["'`]#[0-9a-f]{3,8}["'`]/i, reason: "is a colour written out" },
  { pattern: /["'`](?:rgba?|hsla?|oklab|oklch)\(\s*[\d.][^"'`]*["'`]/i, reason: "is a colour written out" },
  {
    pattern: new RegExp(
      `\\b(?:fill|stroke|color|background|fillStyle|strokeStyle)(?:=|: | = )\\{?["'](?:${NAMED})["']`,
      "i",
    ),
    reason: "is a colour by name",
  },
  { pattern: /\bfontSize(?:=\{?|: )["']?[\d.]+/, reason: "is a size of type written out" },
  { pattern: /\.font = ["'`][^"'`]*\d(?:px|em|pt)/, reason: "is a size of type written out" },
];

/** @param text a TypeScript source that draws: of charts, panels or the page. */
export function checkSource(path: string, text: string): StyleViolation[] {
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*(?:\/\/|\*|\/\*)/.test(line)) return [];
    return SOURCE_RULES.flatMap(({ pattern, reason }) => {
      const match = pattern.exec(line);
      return match ? [{ path, line: index + 1, reason: `${match[0]} ${reason}; take it from ${TOKENS}` }] : [];
    });
  });
}
