/** A report as a page of its own: one HTML file without anything from outside, light or dark as the reader has it. */
import { formatNumber, formatSpread } from "./format.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { Check, Comparison, Measurement, Report } from "./schema.ts";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}

type Cell = string | { readonly mark: Check["status"] | Measurement["status"] };

const MARKS = { passed: "✓ passed", done: "✓", failed: "✗ failed", skipped: "not run" } as const;

function cell(found: Cell): string {
  if (typeof found === "string") return `<td>${escapeHtml(found)}</td>`;
  return `<td class="${found.mark}">${MARKS[found.mark]}</td>`;
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const titles = head.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return `<div class="wide"><table><thead><tr>${titles}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

const checkRow = ({ model, precision, name, status, detail }: Check): readonly Cell[] => [
  model,
  precision,
  name,
  { mark: status },
  detail,
];

const measurementRow = ({ model, precision, name, unit, status, detail, value }: Measurement): readonly Cell[] => [
  model,
  precision,
  name,
  value === null ? { mark: status } : `${formatSpread(value)} ${unit}`,
  value === null ? detail : `${detail}; ${value.repeats === 1 ? "once" : `${value.repeats} times`}`,
];

const comparisonRow = ({ name, unit, status, detail, fused, composed, ratio }: Comparison): readonly Cell[] => [
  name,
  fused === null ? { mark: status } : `${formatSpread(fused)} ${unit}`,
  composed === null ? detail : `${formatSpread(composed)} ${unit}`,
  ratio === null ? "" : formatNumber(ratio),
];

function facts({ adapter, machine, program, made, budget }: Report): readonly (readonly Cell[])[] {
  const { subgroups } = adapter;
  return [
    ["adapter", [adapter.name, adapter.vendor, adapter.architecture].filter((part) => part !== "").join(", ")],
    [
      "kind",
      adapter.software === null
        ? "graphics hardware"
        : `software (${adapter.software}): its times say nothing about GPUs`,
    ],
    ["half precision", adapter.features.includes("shader-f16") ? "yes (shader-f16)" : "no"],
    ["threads of a subgroup", subgroups === null ? "not told" : `${subgroups.minimum} to ${subgroups.maximum}`],
    ["machine", `${machine.processor}, ${machine.cores} cores, ${formatNumber(machine.memoryBytes / 2 ** 30)} GiB`],
    ["system", `${machine.platform} ${machine.architecture}, ${machine.runtime}`],
    ["program", `Pivotscope ${program.version}, ${program.webgpu}, ${program.onnxruntime}`],
    ["made", `${made}, in ${formatNumber(budget.used)} of ${budget.seconds} s`],
  ];
}

export function reportPage(report: Report): string {
  const { adapter, checks, measurements, comparisons } = report;
  const failed = checks.filter(({ status }) => status === "failed").length;
  const passed = checks.filter(({ status }) => status === "passed").length;
  const title = `Pivotscope on ${adapter.name || "an unnamed adapter"}`;
  const limits = Object.entries(adapter.limits).map(([name, value]) => [name, value.toLocaleString("en")]);
  const verdict = `${passed} of ${checks.length} checks passed, ${failed} failed, ${checks.length - passed - failed} were not run.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="${failed > 0 ? "failed" : "passed"}">${verdict}</p>
${table(["what", "found"], facts(report))}
<h2>Measured</h2>
<p>Medians, with the lowest and highest in brackets, after one run that warms up. What is measured of a model (calibration) is computed in single precision, whatever its weights are held in.</p>
${table(["model", "precision", "what", "result", "of what"], measurements.map(measurementRow))}
<h2>Fused kernel against composed operators</h2>
<p>The same sums of absolute products per unit, by the project's kernel and by onnxruntime's own operators, in single precision.</p>
${table(["layer", "fused", "composed", "composed by fused"], comparisons.map(comparisonRow))}
<h2>Checks</h2>
${table(["model", "precision", "check", "result", "found"], checks.map(checkRow))}
<h2>Adapter</h2>
<details><summary>Features</summary><p>${escapeHtml(adapter.features.join(", "))}</p></details>
<details><summary>Limits</summary>${table(["limit", "value"], limits)}</details>
</main>
</body>
</html>
`;
}
