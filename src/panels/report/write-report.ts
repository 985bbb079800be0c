/**
 * A report as one HTML file: no script, no address, styles and pictures inside, so that it opens from a disk without the
 * page and looks the same in years. A policy in its head forbids everything that is not in it.
 */
import { escapeText } from "../../charts/picture/escape.ts";
import type { Report, ReportBlock, ReportPiece, ReportSection, ReportTable, ReportTraces } from "./report.ts";
import { REPORT_STYLES } from "./report-styles.ts";

const POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'";

export interface ReportLook {
  /** The light theme's names and values, which the styles use. */
  readonly tokens: ReadonlyMap<string, string>;
  /** A rule with the face inside; empty for none. */
  readonly face: string;
}

export function writeReport(report: Report, { tokens, face }: ReportLook): string {
  const { title, subtitle, made, sections } = report;
  const values = [...tokens].map(([name, value]) => `${name}: ${value};`).join(" ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Pivotscope">
<title>${escapeText(title)}</title>
<style>
${styleText(face)}
:root { ${styleText(values)} }
${REPORT_STYLES}
</style>
</head>
<body>
<header>
<h1>${escapeText(title)}</h1>
<p class="subtitle">${escapeText(subtitle)}</p>
</header>
<main>
${sections.map(writeSection).join("\n")}
</main>
<footer><p>${escapeText(made)}</p></footer>
</body>
</html>
`;
}

/** Values that cannot leave the style element that they stand in. */
function styleText(text: string): string {
  return text.replaceAll("<", "\\3c ");
}

function writeSection({ title, whose, onNewPage = false, blocks }: ReportSection): string {
  return `<section${onNewPage ? ' class="page"' : ""}>
<h2>${escapeText(title)}</h2>
${whose === null ? "" : `<p class="whose">${escapeText(whose)}</p>\n`}${blocks.map(writeBlock).join("\n")}
</section>`;
}

function writeBlock(block: ReportBlock): string {
  switch (block.kind) {
    case "facts":
      return `<dl>${block.rows
        .map(([term, value]) => `<div><dt>${escapeText(term)}</dt><dd>${escapeText(value)}</dd></div>`)
        .join("")}</dl>`;
    case "text":
      return `<p${block.strong ? ' class="strong"' : ""}>${escapeText(block.text)}</p>`;
    case "picture":
      return `<figure class="picture"><img src="${escapeText(block.href)}" alt="${escapeText(block.name)}" width="${Math.round(block.width)}"><figcaption>${escapeText(block.name)}</figcaption></figure>`;
    case "drawing":
      return `<figure>${block.svg}${block.numbers ? writeNumbers(block.numbers) : ""}</figure>`;
    case "table":
      return writeTable(block.table);
    case "traces":
      return writeTraces(block.traces);
  }
}

/** The numbers behind a drawing, folded: they are for the screen, print has the drawing. */
function writeNumbers(table: ReportTable): string {
  return `<details><summary>The numbers</summary>${writeTable({ ...table, notes: [] })}</details>`;
}

function writeTable({ caption, notes, columns, rows }: ReportTable): string {
  const head = columns.map(({ label, kind }) => `<th scope="col"${numeric(kind)}>${escapeText(label)}</th>`).join("");
  const body = rows
    .map((row) => {
      const cells = columns.map(({ kind }, place) => `<td${numeric(kind)}>${escapeText(row[place] ?? "")}</td>`);
      return `<tr>${cells.join("")}</tr>`;
    })
    .join("\n");
  const said = notes.map((note) => `<small>${escapeText(note)}</small>`).join("");
  return `<div class="scroll"><table><caption>${escapeText(caption)}${said}</caption><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table></div>`;
}

function numeric(kind: "text" | "number"): string {
  return kind === "number" ? ' class="number"' : "";
}

function writeTraces({ names, rows }: ReportTraces): string {
  const body = rows.map((row) => `<tr>${row.map((pieces) => `<td>${writePieces(pieces)}</td>`).join("")}</tr>`);
  return `<table class="traces"><caption>Both lines of reasoning; what differs is marked.</caption><thead><tr>${names
    .map((name) => `<th scope="col">${escapeText(name)}</th>`)
    .join("")}</tr></thead><tbody>
${body.join("\n")}
</tbody></table>`;
}

function writePieces(pieces: readonly ReportPiece[]): string {
  return pieces.map(({ text, differs }) => (differs ? marked(text) : escapeText(text))).join("");
}

/** Without the space around it, which would be a line under nothing. */
function marked(text: string): string {
  const inside = text.trim();
  if (inside === "") return escapeText(text);
  const from = text.indexOf(inside);
  return `${escapeText(text.slice(0, from))}<mark>${escapeText(inside)}</mark>${escapeText(text.slice(from + inside.length))}`;
}
