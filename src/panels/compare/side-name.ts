/** What a side of a comparison is called: its method and ratio, and of model and picture what tells it from another side. */
import { widthWords } from "../../core/parameters/widths.ts";
import { type InputProvenance, type Provenance, type PrunedOf, sameModel } from "../../core/provenance.ts";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import { formatRatio } from "../words.ts";

/** "Wanda-SP 50 %", "Wanda-SP 50 %, Scenes 500 k" beside a side of another model. */
export function sideName(of: PrunedOf, beside: Provenance): string {
  const { model, plan, input } = of;
  const parts = [`${methodLabel(plan.method)} ${formatRatio(plan.asked)}${widthWords(plan.parameters)}`];
  if (!sameModel(of, beside)) parts.push(model.label);
  if (beside.input !== null) parts.push(...inputName(input, beside.input));
  return parts.join(", ");
}

/** Characters of a question that tell it from another. */
const SHORT = 28;

/** What tells a picture and its question from others: scenes of the page all have one name. */
function inputName(input: InputProvenance, beside: InputProvenance): readonly string[] {
  const { picture, content, question } = input;
  if (picture !== beside.picture) return [picture];
  if (question !== beside.question) {
    return [`“${question.length > SHORT ? `${question.slice(0, SHORT - 1).trimEnd()}…` : question}”`];
  }
  return content === beside.content ? [] : ["another picture"];
}
