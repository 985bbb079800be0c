/** Loading, failure and fallback of the model: one line under the header, gone when all is well. */
import { Alert } from "./Alert.tsx";
import { Progress } from "./Progress.tsx";
import { useActions, useSelect } from "./use-workbench.ts";
import { loadText } from "./words.ts";

export function ModelStatus() {
  const { model: actions } = useActions();
  const model = useSelect((state) => state.model);
  const { status, progress, failure, summary, opening, openFailure } = model;
  if (opening) {
    return (
      <div className="model-status">
        <Progress
          label={`Opening ${opening.name}`}
          fraction={
            opening.progress && opening.progress.total > 0 ? opening.progress.done / opening.progress.total : null
          }
          text={opening.progress ? loadText(opening.progress) : `Opening ${opening.name}`}
        />
      </div>
    );
  }
  if (openFailure) {
    return (
      <div className="model-status">
        <Alert failure={openFailure}>
          <button type="button" className="button" onClick={() => actions.dismissOpenFailure()}>
            {summary ? `Stay with ${summary.name}` : "Dismiss"}
          </button>
        </Alert>
      </div>
    );
  }
  if (status === "loading") {
    return (
      <div className="model-status">
        <Progress
          label="Loading the model"
          fraction={progress && progress.total > 0 ? progress.done / progress.total : null}
          text={progress ? loadText(progress) : "Starting the model's worker"}
        />
      </div>
    );
  }
  if (status === "lost") {
    // The message and its button stand beside the work that broke off.
    return <p className="model-status backend-note">The model has stopped. What it computed before is still shown.</p>;
  }
  if (failure && status === "failed") {
    return (
      <div className="model-status">
        <Alert failure={failure}>
          <button type="button" className="button button-primary" onClick={() => void actions.reload()}>
            Reload model
          </button>
          {failure.code === "no-webgpu" && (
            <button type="button" className="button" onClick={() => void actions.reloadOn("cpu")}>
              Use the CPU
            </button>
          )}
        </Alert>
      </div>
    );
  }
  if (status === "ready" && summary && summary.backendNote !== "") {
    return <p className="model-status backend-note">Runs on the CPU: {summary.backendNote}</p>;
  }
  return null;
}
