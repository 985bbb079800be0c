/** What a side of a comparison is called: its method and ratio, and of model and picture what tells it from another side. */
import { type Provenance, type PrunedOf, sameModel } from "../../core/provenance.ts";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import { formatRatio } from "../words.ts";

/** "Wanda-SP 50 %", "Wanda-SP 50 %, Scenes 500 k" beside a side of another model. */
export function sideName(of: PrunedOf, beside: Provenance): string {
  const { model, plan, input } = of;
  const parts = [`${methodLabel(plan.method)} ${formatRatio(plan.asked)}`];
  if (!sameModel(of, beside)) parts.push(model.label);
  if (beside.input !== null && input.content !== beside.input.content) parts.push(input.picture);
  return parts.join(", ");
}
