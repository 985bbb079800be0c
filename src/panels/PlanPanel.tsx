/** What goes at the ratio at hand: budget, retention by layer, neuron field. All of it follows the thumb. */
import { useMemo, useState } from "react";
import { BudgetLine } from "../charts/budget/BudgetLine.tsx";
import { FIELD_SENTENCE, NeuronField } from "../charts/field/NeuronField.tsx";
import { formatScore } from "../charts/format.ts";
import { contextOf, type Formula } from "../charts/frame/chart-context.ts";
import { RETENTION_SENTENCE, RetentionChart } from "../charts/retention/RetentionChart.tsx";
import { methods } from "../core/methods/index.ts";
import { asksForWidths } from "../core/parameters/widths.ts";
import type { PlanProvenance } from "../core/provenance.ts";
import { pivotShare } from "../core/signals/fusion.ts";
import type { UnitIndex } from "../core/unit.ts";
import { outlinedPin } from "../state/slices/pins/side.ts";
import { DEFAULT_METHOD } from "../state/slices/pruning/method.ts";
import { sideName } from "./compare/side-name.ts";
import { EmptyChart } from "./EmptyChart.tsx";
import { floorWords } from "./floor-words.ts";
import { missingPlan } from "./plan-context.ts";
import columns from "./shared/columns.module.css";
import texts from "./shared/text.module.css";
import { createPartStore, usePart } from "./use-part.ts";
import { useSelect } from "./use-workbench.ts";

const widthsPart = createPartStore(() => import("./WidthsCost.tsx"));

export function BudgetPanel() {
  const frame = useSelect((state) => state.pruning.frame);
  const layout = useSelect((state) => state.model.summary?.layout);
  const shaped = useSelect(({ pruning }) => !pruning.opened && asksForWidths(pruning.parameters));
  const parameters = useSelect((state) => state.pruning.of?.plan.parameters);
  const { found: widths } = usePart(widthsPart, shaped);
  if (!frame || !layout) return <p className={texts.note}>No plan yet.</p>;
  const floor = parameters ? floorWords(layout, frame.keptPerModule, parameters) : "";
  return (
    <>
      <BudgetLine layout={layout} frame={frame} />
      {floor !== "" && <p className={texts.note}>{floor}</p>}
      {shaped && widths && <widths.default />}
    </>
  );
}

export function PlanPanel() {
  const frame = useSelect((state) => state.pruning.frame);
  const of = useSelect((state) => state.pruning.of);
  const layout = useSelect((state) => state.model.summary?.layout);
  const cmds = useSelect((state) => state.calibration.statistics?.cmds ?? null);
  const formula = useMemo(() => of && valueFormula(of.plan), [of]);
  const reason = useSelect(missingPlan);
  const outlined = useSelect(outlinedPin);
  const [pinned, setPinned] = useState<readonly UnitIndex[]>([]);

  if (!frame || !of || !formula || !layout) {
    return (
      <div className={`${columns.column} ${columns.columnPlan} ${columns.panel}`}>
        <EmptyChart title="Retention by layer" sentence={RETENTION_SENTENCE} text={reason} />
        <EmptyChart title="Neuron field" sentence={FIELD_SENTENCE} text={reason} />
      </div>
    );
  }
  const context = contextOf(of);
  const second = outlined && {
    name: `pinned: ${sideName(outlined.of, of)}`,
    keptPerModule: outlined.frame.keptPerModule,
  };
  const togglePin = (unit: UnitIndex) =>
    setPinned(pinned.includes(unit) ? pinned.filter((other) => other !== unit) : [...pinned, unit]);
  return (
    <div className={`${columns.column} ${columns.columnPlan} ${columns.panel}`}>
      <RetentionChart layout={layout} frame={frame} cmds={cmds} context={context} second={second} />
      <NeuronField
        layout={layout}
        frame={frame}
        context={context}
        formula={formula}
        pinned={pinned.filter((unit) => unit < layout.unitCount)}
        onPin={togglePin}
      />
    </div>
  );
}

/** How a unit's value comes to be, with the numbers at this ratio. */
function valueFormula({ asked, parameters, method }: PlanProvenance): Formula {
  const other = method === DEFAULT_METHOD ? undefined : methods.find(({ name }) => name === method);
  if (other) {
    return {
      expression: other.explanation,
      withNumbers: `allocation: ${parameters.allocation === "own" ? other.ownAllocation : parameters.allocation}`,
      source: other.source,
    };
  }
  const gamma = pivotShare(asked, parameters);
  const alpha = parameters.alphaBase + parameters.alphaSlope * asked;
  const beta = parameters.betaBase + parameters.betaSlope * asked;
  return {
    expression: "v = ((1−γ)·Ā_global + γ·Ā_pivot) · (1 + α·Sens) · (1 + β·CMDS) · Ω",
    withNumbers: `γ = ${formatScore(gamma)}, α = ${formatScore(alpha)}, β = ${formatScore(beta)} at this ratio`,
    source: "µCRASP, arXiv 2605.25842, fusion and protection; Ω as a product is a project decision",
  };
}
