/** What stopped a model from being opened, and the next step. */
import { type FailedOpening, resumable } from "../../state/slices/model/model-opening-steps.ts";
import { Alert } from "../Alert.tsx";
import { useActions, useSelect } from "../use-workbench.ts";
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
      <h3 className="step-title model-name" tabIndex={-1}>
        {source.name}
      </h3>
      <Alert failure={failure} />
      <form
        className="step-part"
        onSubmit={(event) => {
          event.preventDefault();
          void opening.load();
        }}
      >
        {mayNeedToken && <TokenField />}
        <div className="step-actions">
          <button type="submit" className="button button-primary">
            {resumable(failed) ? "Resume" : "Try again"}
          </button>
          <button type="button" className="button" onClick={() => opening.back()}>
            Choose another
          </button>
        </div>
      </form>
    </>
  );
}
