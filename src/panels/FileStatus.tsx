/** What came of an opened file, why one was refused, that a file's plan is shown, and a session that can be run again. */
import { Alert } from "./Alert.tsx";
import styles from "./ModelStatus.module.css";
import { SessionCheck } from "./session/SessionCheck.tsx";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { useActions, useSelect } from "./use-workbench.ts";

export default function FileStatus() {
  const { files, pruning } = useActions();
  const { reading, outcome, failure } = useSelect((state) => state.files);
  const opened = useSelect((state) => state.pruning.opened?.file ?? null);
  const said = reading === null ? outcome : `Reading ${reading}.`;
  const standing = opened === null ? null : `The plan of ${opened} is shown. The slider or another method plans anew.`;
  return (
    <div className={said === null && standing === null && !failure ? undefined : styles.status}>
      <div className={texts.row}>
        <p className={texts.note} role="status" aria-label="Files">
          {[said, standing].filter(Boolean).join(" ")}
        </p>
        {standing !== null && (
          <button type="button" className={controls.button} onClick={() => pruning.leaveOpened()}>
            Plan anew
          </button>
        )}
        {outcome !== null && (
          <button type="button" className={controls.button} onClick={() => files.dismiss()}>
            Dismiss
          </button>
        )}
      </div>
      <SessionCheck />
      {failure && (
        <Alert failure={failure}>
          <button type="button" className={controls.button} onClick={() => files.dismiss()}>
            Close
          </button>
        </Alert>
      )}
    </div>
  );
}
