/** The report's own styles, on the light theme's colours: for a screen of any width and for paper. */
export const REPORT_STYLES = `
* { box-sizing: border-box; }
html { font-size: 16px; color-scheme: light; }
body { max-width: 50rem; margin: 0 auto; padding: 2.5rem 1.25rem 3rem; background: var(--surface); color: var(--text); font: 1rem/1.5 "Inter Variable", Inter, "Helvetica Neue", Arial, "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 0 0 0.25rem; font-size: 1.2rem; line-height: 1.3; }
p { margin: 0 0 0.75rem; white-space: pre-wrap; }
.subtitle { margin: 0.35rem 0 0; color: var(--text-muted); font-size: 1.05rem; }
.whose, figcaption, caption small, footer { color: var(--text-muted); font-size: 0.85rem; }
.whose { margin-bottom: 0.75rem; }
.strong { font-size: 1.15rem; font-weight: 600; }
section { margin-top: 2.25rem; padding-top: 1.25rem; border-top: 1px solid var(--border); }
dl { display: grid; gap: 0; margin: 0 0 1rem; }
dl > div { display: grid; grid-template-columns: 12rem 1fr; gap: 1rem; padding: 0.3rem 0; border-bottom: 1px solid var(--border); }
dl > div:last-child { border-bottom: 0; }
dt { color: var(--text-muted); }
dd { margin: 0; }
figure { margin: 1.25rem 0 0; }
figure svg { display: block; max-width: 100%; height: auto; }
.picture { display: inline-block; margin-top: 0.25rem; }
.picture img { display: block; max-width: 100%; height: auto; border: 1px solid var(--border); border-radius: 4px; }
figcaption { margin-top: 0.35rem; }
details { margin-top: 0.25rem; font-size: 0.9rem; }
summary { color: var(--text-muted); cursor: pointer; }
.scroll { overflow-x: auto; }
table { width: 100%; overflow-wrap: break-word; margin: 1rem 0 0; border-collapse: collapse; font-size: 0.875rem; line-height: 1.4; }
caption { padding-bottom: 0.5rem; font-size: 1rem; font-weight: 600; text-align: start; }
caption small { display: block; font-weight: 400; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; text-align: start; vertical-align: top; white-space: pre-wrap; }
th { border-bottom: 1.5px solid var(--text); font-weight: 600; vertical-align: bottom; }
td { border-bottom: 1px solid var(--border); }
.number { text-align: end; }
.traces { table-layout: fixed; font-size: 1rem; line-height: 1.5; }
.traces caption { color: var(--text-muted); font-size: 0.85rem; font-weight: 400; }
.traces td + td, .traces th + th { padding-inline-start: 0.75rem; }
mark { background: var(--surface-raised); color: var(--text); font-weight: 600; text-decoration: underline; text-decoration-color: var(--bad); text-decoration-thickness: 2px; text-underline-offset: 3px; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--border); }
@media (width < 600px) { dl > div { grid-template-columns: 1fr; gap: 0; } }
@page { size: A4; margin: 16mm 15mm 18mm; }
@media print {
  html { font-size: 10.5pt; }
  body { max-width: none; padding: 0; background: none; }
  section { margin-top: 1.5rem; padding-top: 1rem; }
  section.page { margin-top: 0; padding-top: 0; border-top: 0; break-before: page; }
  h2, caption, .whose { break-after: avoid; }
  figure, tr, dl > div, .picture { break-inside: avoid; }
  figure svg { max-height: 235mm; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  details { display: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
