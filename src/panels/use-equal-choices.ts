/** Which other words of the method's choices give the plan at hand: found out by planning, while the thumb rests. */
import { useEffect, useState } from "react";
import { prepareWidths } from "../core/allocation/width-options.ts";
import { type EqualChoice, equalChoices } from "../core/methods/equal-choices.ts";
import { methodNamed } from "../core/methods/index.ts";
import { REST } from "../state/slices/measurement/measurement.ts";
import { useSelect } from "./use-workbench.ts";

/** Those found for the plan at hand; none while they are looked for, or without a plan. */
export function useEqualChoices(): readonly EqualChoice[] {
  const layout = useSelect((state) => state.model.summary?.layout ?? null);
  const statistics = useSelect((state) => state.calibration.statistics);
  const { method, parameters, ratio, failure } = useSelect((state) => state.pruning);
  const [found, setFound] = useState<readonly EqualChoice[]>([]);
  useEffect(() => {
    setFound([]);
    if (!layout || !statistics || failure) return;
    const equal: EqualChoice[] = [];
    let timer = setTimeout(() => void begin(), REST);
    let left = false;
    async function begin() {
      // Two of the choices are the plan's widths. Where they cannot be fetched, nothing is said of any.
      const ready = await prepareWidths({ roundWidths: "8", evenWidths: "on" }).then(
        () => !left,
        () => false,
      );
      if (ready && layout && statistics) step(equalChoices(methodNamed(method), layout, statistics, parameters, ratio));
    }
    // One plan at a time, so that the page answers in between.
    function step(plans: ReturnType<typeof equalChoices>) {
      const { done, value } = plans.next();
      if (value) equal.push(value);
      if (done) setFound(equal);
      else timer = setTimeout(step, 0, plans);
    }
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [layout, statistics, method, parameters, ratio, failure]);
  return found;
}
