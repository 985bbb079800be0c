/** A kept result of an experiment in words. */
import { formatBytes } from "../../core/format-bytes.ts";
import { formatDate } from "../../core/format-date.ts";
import type { KeptResult } from "../../state/slices/experiments/kept-result.ts";
import { formatRatio, plural } from "../words.ts";

/** "8 methods at 40 %", "Ablations at 40 %", "µCRASP and FLAP at 10 % to 70 %", "Windows of 4 layers". */
export function resultTitle({ about }: Pick<KeptResult, "about">): string {
  if (!about) return "A result of another version of this page";
  const { description } = about;
  if (description.kind === "windows") return `Windows of ${plural(description.size, "layer")}`;
  const { series, ratios } = description;
  const [first] = series;
  const ablations = series.length > 1 && series.every(({ method }) => method === first?.method);
  const names = series.length <= 2 ? series.map(({ label }) => label).join(" and ") : plural(series.length, "method");
  const [from, to] = [ratios[0] ?? 0, ratios.at(-1) ?? 0];
  const place = from === to ? formatRatio(from) : `${formatRatio(from)} to ${formatRatio(to)}`;
  return `${ablations ? "Ablations" : names} at ${place}`;
}

/** "Scenes 3M · 9 models × 40 samples, 360 measurements · 1.2 MB · 30 Nov 2026". */
export function resultDetails({ about, bytes, at }: KeptResult, model: string): string {
  const what = about
    ? `${model} · ${plural(about.cells, "model")} × ${plural(about.samples, "sample")}, ${plural(about.measured, "measurement")}`
    : model;
  const date = at === null ? "date unknown" : formatDate(at);
  return `${what} · ${formatBytes(bytes)} · ${date}`;
}
