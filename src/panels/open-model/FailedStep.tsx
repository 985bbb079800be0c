/** What stopped a model from being opened, and the next step. */
import { type FailedOpening, resumable } from "../../state/slices/model/model-opening-steps.ts";
import { Alert } from "../Alert.tsx";
import controls from "../shared/controls.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import steps from "./steps.module.css";
import { TokenField } from "./TokenField.tsx";

export function FailedStep(failed: FailedOpening) {
  const { opening } = useActions();
  const { source, failure } = failed;
  const hubUrl = useSelect((state) => state.opening.hubUrl);
  // A token is given to the page's own hub only.
  const takesToken = source.kind === "hub" && source.hubUrl === hubUrl;
  // Hubs answer the same to strangers for what is gated, private and not there.
  const mayNeedToken = takesToken && (failure.code === "not-found" || failure.code === "bad-input");
  return (
    <>
      <h3 className={`${steps.title} ${steps.modelName}`} data-step-title tabIndex={-1}>
        {source.name}
      </h3>
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
            {resumable(failed) ? "Resume" : "Try again"}
          </button>
          <button type="button" className={controls.button} onClick={() => opening.back()}>
            Choose another
          </button>
        </div>
      </form>
    </>
  );
}
