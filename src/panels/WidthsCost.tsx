/**
 * What the plan's width options cost on the picture at hand, in a sentence: KL, reached ratio, which layers change; and what
 * they gain in speed, once that was measured.
 */
import { formatNats, formatShare } from "../charts/format.ts";
import { widthsGain, widthsName } from "../charts/speed/widths-gain.ts";
import { prunedKey } from "../core/provenance.ts";
import { prunedAtHand } from "../state/provenance.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { curveKey } from "../state/slices/curve/curve-key.ts";
import type { WidthsCost as Cost } from "../state/slices/curve/curve-state.ts";
import { meanKl } from "../state/slices/measurement/mean-kl.ts";
import { staleRatio } from "../state/slices/measurement/measurement.ts";
import texts from "./shared/text.module.css";
import { useSelect } from "./use-workbench.ts";

export default function WidthsCost() {
  return (
    <p className={texts.note}>
      {useSelect(costSentence)} {useSelect(measuredGain)}
    </p>
  );
}

/** "Rounded to 32: mean KL 0.42 nats instead of 0.40, 50.2 % removed instead of 50.0 %; of 16 MLPs, 3 wider and 9 narrower." */
export function costSentence(state: WorkbenchState): string {
  const { pruning, measurement, curve } = state;
  if (!pruning.of || !pruning.frame) return "";
  const head = `${widthsName(pruning.of.plan.parameters)}: `;
  const { shown } = measurement;
  // The method's own plan is measured on masks, whatever weights this one has.
  const of = prunedAtHand(state);
  const cost = of && curve.widths?.key === prunedKey(of) ? curve.widths : null;
  const reached = formatShare(pruning.frame.reachedRatio, 1);
  if (!cost || !shown || staleRatio(state) !== null) {
    const when = state.slicing.released
      ? "takes the dense weights, which were released"
      : "is measured once the page has come to rest";
    return `${head}${reached} removed; what that costs in KL ${when}.`;
  }
  const changed = [changedWords("MLPs", cost.changed.mlp), changedWords("attention modules", cost.changed.attn)].filter(
    (text) => text !== "",
  );
  if (changed.length === 0) return `${head}no layer changes; this is the method's own plan.`;
  const kl = `mean KL ${formatNats(meanKl(shown.measurement))} nats instead of ${formatNats(cost.kl)}`;
  return `${head}${kl}, ${reached} removed instead of ${formatShare(cost.reached, 1)}; ${changed.join("; ")}.`;
}

/** "This writes 1.06 (0.98–1.11) times as fast as the plan's own widths (cpu, 5 runs of each)."; empty where not measured. */
export function measuredGain(state: WorkbenchState): string {
  const { series } = state.speed;
  if (series === null || series.key !== curveKey(state)) return "";
  const point = series.points.find(({ asked }) => asked === state.pruning.ratio);
  const gain = point && widthsGain(point);
  if (!gain) return "";
  return `This writes ${gain} (${series.of.model.device}, ${point.runs} runs of each).`;
}

/** "of 16 MLPs, 3 wider and 9 narrower"; empty where none is. */
function changedWords(name: string, { wider, narrower, of }: Cost["changed"]["mlp"]): string {
  if (wider + narrower === 0) return "";
  const parts = [wider > 0 && `${wider} wider`, narrower > 0 && `${narrower} narrower`].filter(Boolean);
  return `of ${of} ${name}, ${parts.join(" and ")}`;
}
