/** How far the tokens at hand moved. */

import { KlDistribution } from "../../charts/kl/KlDistribution.tsx";
import { staleRatio } from "../../state/slices/measurement/measurement.ts";
import { useSelect, useSelectShallow } from "../use-workbench.ts";
import { measuredContext, shownForTrace } from "./measured.ts";

export function Distribution() {
  const measured = useSelect(shownForTrace);
  const context = useSelectShallow(measuredContext);
  const stale = useSelect(staleRatio);
  return <KlDistribution context={context} staleRatio={stale} values={measured?.measurement.kl ?? null} />;
}
