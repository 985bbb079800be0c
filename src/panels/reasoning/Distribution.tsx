/** How far the tokens at hand moved, and behind it what was measured before at another ratio or with another method. */

import { useMemo, useState } from "react";
import { formatShare } from "../../charts/format.ts";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { KlDistribution } from "../../charts/kl/KlDistribution.tsx";
import { type PrunedOf, prunedKey, sameTrace } from "../../core/provenance.ts";
import { staleRatio } from "../../state/slices/measurement/measurement.ts";
import type { Measured } from "../../state/slices/measurement/measurement-state.ts";
import { useSelect, useSelectShallow } from "../use-workbench.ts";
import { measuredContext, shownForTrace } from "./measured.ts";

export default function Distribution() {
  const measured = useSelect(shownForTrace);
  const before = useBefore(measured);
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  const ghost = useMemo(() => {
    if (!before) return null;
    const { method, ratio } = contextOf(before.of);
    return { name: `${method}, ${formatShare(ratio, 1)}`, values: before.measurement.kl };
  }, [before]);
  return (
    <KlDistribution context={context} staleRatio={stale} values={measured?.measurement.kl ?? null} ghost={ghost} />
  );
}

function samePlace({ plan }: PrunedOf, other: PrunedOf): boolean {
  return plan.method === other.plan.method && plan.asked === other.plan.asked;
}

/** The result on the same trace that was shown before this one. */
function useBefore(shown: Measured | null): Measured | null {
  const [{ last, before }, keep] = useState<{ last: Measured | null; before: Measured | null }>({
    last: shown,
    before: null,
  });
  if (shown === last) return before;
  const follows = shown !== null && last !== null && sameTrace(shown.of, last.of);
  // A calibration that goes on measures the same method and ratio again: nobody has moved anything.
  const same = follows && (prunedKey(shown.of) === prunedKey(last.of) || samePlace(shown.of, last.of));
  const next = same ? before : follows ? last : null;
  keep({ last: shown, before: next });
  return next;
}
