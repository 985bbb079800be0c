/** How many image tokens the picture may take, where the model lets it be chosen, and what that costs. */
import { offeredBudgets } from "../state/slices/input/picture-budget.ts";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { useActions, useSelect } from "./use-workbench.ts";

export function BudgetChoice() {
  const { input: actions } = useActions();
  const budget = useSelect((state) =>
    state.model.status === "ready" ? (state.model.summary?.pictureBudget ?? null) : null,
  );
  const chosen = useSelect((state) => state.input.budget);
  if (budget === null) return null;
  const taken = chosen ?? budget.default;
  return (
    <div>
      <label className={texts.note}>
        Picture budget{" "}
        <select
          className={controls.select}
          value={taken}
          aria-describedby="budget-text"
          onChange={(event) => actions.setBudget(Number(event.currentTarget.value))}
        >
          {offeredBudgets(budget, chosen).map((tokens) => (
            <option key={tokens} value={tokens}>
              {tokens.toLocaleString("en-US")} tokens{tokens === budget.default && " (the model's own)"}
            </option>
          ))}
        </select>
      </label>
      <p id="budget-text" className={texts.note}>
        The picture takes up to {taken.toLocaleString("en-US")} places in the prompt: more show finer detail and take
        more time and memory. Calibration samples keep the model's own {budget.default.toLocaleString("en-US")}.
      </p>
    </div>
  );
}
