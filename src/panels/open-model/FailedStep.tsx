/** What stopped a model from being opened, and the next step. */
import { type FailedOpening, resumable } from "../../state/slices/model/model-opening-steps.ts";
import { Alert } from "../Alert.tsx";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import ForgetKept, { keptOf } from "./ForgetKept.tsx";
import { StepTitle } from "./StepTitle.tsx";
import steps from "./steps.module.css";
import { TokenField } from "./TokenField.tsx";

export function FailedStep(failed: FailedOpening) {
  const { opening } = useActions();
  const { source, failure } = failed;
  const hubUrl = useSelect((state) => state.opening.hubUrl);
  const stored = useSelect((state) => state.stored.models);
  // A token is given to the page's own hub only.
  const takesToken = source.kind === "hub" && source.hubUrl === hubUrl;
  // Hubs answer the same to strangers for what is gated, private and not there.
  const mayNeedToken = takesToken && (failure.code === "not-found" || failure.code === "bad-input");
  const isKept = stored === null || keptOf(source, stored).length > 0;
  return (
    <>
      <StepTitle name={source.name} source={source} />
      <Alert failure={failure} />
      <form
        className={steps.part}
        onSubmit={(event) => {
          event.preventDefault();
          void opening.load();
        }}
      >
        {mayNeedToken && <TokenField />}
        <div className={steps.actions}>
          <button type="submit" className={controls.buttonPrimary}>
            {resumable(failed) && isKept ? "Resume" : "Try again"}
          </button>
          <ForgetKept source={source} />
          <button type="button" className={controls.button} onClick={() => opening.back()}>
            Choose another
          </button>
        </div>
      </form>
    </>
  );
}
