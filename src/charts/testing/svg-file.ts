/**
 * A chart's markup as an SVG file that a browser opens and a reviewer reads as a diff: one element a line, numbers with
 * at most two decimals, long paths broken where they lift the pen. Drawings stand below each other as they are; what is
 * made of text alone stands in a foreignObject. Colours come from the stylesheet that the file links.
 */

/** Height kept for text, CSS pixels, and width of every file. */
const TEXT_HEIGHT = 420;
const WIDTH = 660;
const MARGIN = 12;
const SVG = "http://www.w3.org/2000/svg";

export interface SvgFile {
  /** Markup as React renders it, which is well-formed. */
  readonly html: string;
  /** Address of the stylesheet from the file's own folder. */
  readonly style: string;
  /** Whether the chart is its drawings, or text with what stands between. */
  readonly part: "drawings" | "text";
  /** SVG put before the rest, and its height. */
  readonly picture?: { readonly svg: string; readonly height: number } | undefined;
}

/** @throws Error for a chart without a drawing. */
export function svgFile({ html, style, part, picture }: SvgFile): string {
  const body = chartBody(html);
  const drawings =
    part === "text"
      ? []
      : [...body.matchAll(/<svg (?:(?!<svg ).)*?role="img".*?<\/svg>/gs)].map(([drawing]) => drawing);
  if (part === "drawings" && drawings.length === 0) throw new Error("The chart has no element of the role img.");
  let y = MARGIN + (picture?.height ?? 0);
  const placed = drawings.map((drawing) => {
    const at = y;
    y += Number(/ height="([\d.]+)"/.exec(drawing)?.[1] ?? 0) + MARGIN;
    return drawing.replace("<svg ", `<svg x="${MARGIN}" y="${at}" `);
  });
  if (part === "text") {
    const text = `<foreignObject x="${MARGIN}" y="${y}" width="${WIDTH - 2 * MARGIN}" height="${TEXT_HEIGHT}"><div xmlns="http://www.w3.org/1999/xhtml" class="chart">${body.replaceAll("<svg ", `<svg xmlns="${SVG}" `)}</div></foreignObject>`;
    placed.push(text);
    y += TEXT_HEIGHT + MARGIN;
  }
  const head = `<svg xmlns="${SVG}" class="chart" width="${WIDTH}" height="${y}">`;
  return `<?xml-stylesheet href="${style}"?>\n${pretty(rounded(`${head}${picture?.svg ?? ""}${placed.join("")}</svg>`))}\n`;
}

/** What stands in the frame; the whole where there is none. */
function chartBody(html: string): string {
  const start = html.search(/<div class="chartBody"/);
  if (start < 0) return html;
  const end = html.slice(start).search(/<\/section>$/);
  return html.slice(start, end < 0 ? undefined : start + end);
}

/** All numbers in attributes with at most two decimals. */
function rounded(xml: string): string {
  return xml.replace(/(=")([^"]*)(")/g, (_, open: string, value: string, close: string) => {
    return open + value.replace(/-?\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))) + close;
  });
}

/** One element a line, its children indented. */
function pretty(xml: string): string {
  const lines: string[] = [];
  let depth = 0;
  const short = xml.replace(/<([\w-]+)([^<>]*[^<>/])?><\/\1>/g, "<$1$2/>");
  for (const [part] of short.matchAll(/<([\w-]+)(?:\s[^>]*[^/>])?>[^<]*<\/\1>|<[^>]*>|[^<]+/g)) {
    const closes = part.startsWith("</");
    if (closes) depth -= 1;
    const indent = "  ".repeat(depth);
    if (part.trim() !== "" || part.includes("\u00a0")) lines.push(indent + brokenPath(part, indent));
    const opens = part.startsWith("<") && !closes && !part.endsWith("/>") && !/<\/[\w-]+>$/.test(part);
    if (opens) depth += 1;
  }
  return lines.join("\n");
}

/** A long path on several lines, one for each stroke. */
function brokenPath(element: string, indent: string): string {
  return element.replace(/ d="([^"]{100,})"/, (_, path: string) => {
    return ` d="${path.replaceAll("M", `\n${indent}  M`)}"`;
  });
}
