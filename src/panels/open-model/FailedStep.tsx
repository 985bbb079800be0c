/** What stopped a model from being opened, and the next step. */
import type { ModelSource } from "../../engine/contract.ts";
import type { Failure } from "../../state/failure.ts";
import { Alert } from "../Alert.tsx";
import { useActions } from "../use-workbench.ts";
import { TokenField } from "./TokenField.tsx";

export interface FailedStepProps {
  readonly source: ModelSource;
  readonly during: object | null;
  readonly failure: Failure;
}

export function FailedStep({ source, during, failure }: FailedStepProps) {
  const { opening } = useActions();
  // Hubs answer the same to strangers for what is gated, private and not there.
  const mayNeedToken = source.kind === "hub" && (failure.code === "not-found" || failure.code === "bad-input");
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
            {during && failure.code === "network" ? "Resume" : "Try again"}
          </button>
          <button type="button" className="button" onClick={() => opening.back()}>
            Choose another
          </button>
        </div>
      </form>
    </>
  );
}
