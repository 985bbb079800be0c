/** How far the look at a model and its loading are, and what was cancelled. */
import { formatBytes } from "../../core/format-bytes.ts";
import type { LoadProgress, ModelNeeds } from "../../engine/contract.ts";
import type { ModelSource } from "../../models/model-source.ts";
import type { Failure } from "../../state/failure.ts";
import { fractionOf, type Transfer } from "../../state/slices/model/model-transfer.ts";
import hidden from "../../styles/hidden.module.css";
import { Alert } from "../Alert.tsx";
import { Progress } from "../Progress.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions } from "../use-workbench.ts";
import { transferMilestone, transferText } from "../words.ts";
import { StepTitle } from "./StepTitle.tsx";
import steps from "./steps.module.css";

interface SourceProps {
  readonly source: ModelSource;
}

export function InspectingStep({
  source,
  progress,
}: SourceProps & {
  readonly progress: LoadProgress | null;
}) {
  const { opening } = useActions();
  return (
    <>
      <StepTitle name={source.name} source={source} />
      <Progress
        label={`Looking at ${source.name}`}
        fraction={null}
        text={progress ? `Reading ${progress.item}` : "Finding out what it takes"}
      />
      <div className={steps.actions}>
        <button type="button" className={controls.button} onClick={() => opening.cancel()}>
          Cancel
        </button>
      </div>
    </>
  );
}

interface TransferProps extends SourceProps {
  readonly needs: ModelNeeds;
  readonly transfer: Transfer | null;
}

export function LoadingStep({ source, needs, transfer, notice }: TransferProps & { readonly notice: Failure | null }) {
  const { opening } = useActions();
  return (
    <>
      <StepTitle name={needs.name} source={source} />
      <Progress label={`Opening ${needs.name}`} fraction={fractionOf(transfer)} text={transferText(transfer)} />
      <p className={hidden.visuallyHidden} role="status">
        {transferMilestone(needs.name, transfer)}
      </p>
      <p className={texts.note}>The model at hand stays in use until this one has loaded.</p>
      {notice && <Alert failure={notice} />}
      <div className={steps.actions}>
        <button type="button" className={controls.button} onClick={() => opening.cancel()}>
          Cancel
        </button>
      </div>
    </>
  );
}

export function PausedStep({ source, needs, transfer, kept }: TransferProps & { readonly kept: number | null }) {
  const { opening } = useActions();
  return (
    <>
      <StepTitle name={needs.name} source={source} />
      <p>
        Cancelled
        {transfer && transfer.total > 0 && ` at ${formatBytes(transfer.done)} of ${formatBytes(transfer.total)}`}.{" "}
        <span role="status">{keptSentence(kept)}</span>
      </p>
      <div className={steps.actions}>
        <button type="button" className={controls.buttonPrimary} onClick={() => void opening.load()}>
          Resume
        </button>
        <button type="button" className={controls.button} onClick={() => opening.back()}>
          Choose another
        </button>
      </div>
    </>
  );
}

/** Says only what was found in the browser: nothing is kept of addresses, in private windows and on full disks. */
function keptSentence(kept: number | null): string {
  if (kept === null) return "";
  if (kept === 0) return "Nothing of it is kept, so that Resume starts again.";
  return `${formatBytes(kept)} are kept in this browser, and Resume fetches the rest.`;
}
