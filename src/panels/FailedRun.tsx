/** Why a run came to nothing, and what lets it go on: the model again where it was lost, else another try. */
import type { Failure } from "../state/failure.ts";
import { Alert } from "./Alert.tsx";
import { ReloadModel } from "./ReloadModel.tsx";
import controls from "./shared/controls.module.css";
import { useSelect } from "./use-workbench.ts";

export interface FailedRunProps {
  readonly failure: Failure;
  readonly onRetry: () => void;
}

export function FailedRun({ failure, onRetry }: FailedRunProps) {
  const lost = useSelect((state) => state.model.status === "lost");
  const passing = failure.code === "network" || failure.code === "other-page";
  return (
    <Alert failure={failure}>
      {lost ? (
        <ReloadModel />
      ) : (
        passing && (
          <button type="button" className={controls.button} onClick={onRetry}>
            Try again
          </button>
        )
      )}
    </Alert>
  );
}
