/** What this browser keeps of models that were fetched, and what can be put away. */
import { formatBytes } from "../../core/format-bytes.ts";
import { formatDate } from "../../core/format-date.ts";
import type { StoredModel } from "../../state/environment.ts";
import { Alert } from "../Alert.tsx";
import { AskingButton } from "../AskingButton.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { plural } from "../words.ts";
import styles from "./StoredModels.module.css";
import steps from "./steps.module.css";

export function StoredModels() {
  const { models, removing, failure } = useSelect((state) => state.stored);
  return (
    <section className={steps.part} aria-labelledby="stored-title">
      <h3 id="stored-title" className={texts.panelTitle}>
        Stored models
      </h3>
      {models === null ? (
        !failure && <p className={texts.note}>looking</p>
      ) : models.length === 0 ? (
        <p className={texts.note}>None yet. What is fetched is kept in this browser, so that it is fetched once.</p>
      ) : (
        <>
          <ul className={styles.stored} aria-busy={removing !== null}>
            {models.map((model) => (
              <Stored key={model.id} model={model} />
            ))}
          </ul>
          <Space />
          <Clear count={models.length} />
        </>
      )}
      {failure && <Alert failure={failure} />}
    </section>
  );
}

function Stored({ model }: { readonly model: StoredModel }) {
  const { stored, opening } = useActions();
  const removing = useSelect((state) => state.stored.removing);
  const { repository, version, hubUrl, bytes, complete, lastUsed } = model;
  return (
    <li className={styles.model}>
      <div>
        <strong>{repository}</strong>
        <p className={texts.note}>
          {version.slice(0, 7)} · {formatBytes(bytes)} · {complete ? "complete" : "partial"}
          {lastUsed !== null && ` · last used ${formatDate(lastUsed)}`}
          {hubUrl !== null && ` · from ${hubUrl.replace(/^https?:\/\//, "")}`}
        </p>
      </div>
      <button
        type="button"
        className={controls.button}
        aria-label={`Open ${repository} ${version.slice(0, 7)}`}
        onClick={() =>
          void opening.choose({ kind: "hub", name: repository, repository, revision: version, hubUrl: hubUrl })
        }
      >
        Open
      </button>
      <AskingButton
        label="Remove"
        name={`Remove ${repository} ${version.slice(0, 7)}`}
        disabled={removing !== null}
        question={`Remove ${repository} from this browser?`}
        yes="Remove it"
        no="Keep it"
        onYes={() => void stored.remove(model)}
      />
    </li>
  );
}

/** Used and allowed, and whether the browser may clear it by itself. */
function Space() {
  const { stored } = useActions();
  const { use, refused } = useSelect((state) => state.stored);
  if (!use) return null;
  const allowed = use.quotaBytes === null ? "" : ` of ${formatBytes(use.quotaBytes)} that this browser allows`;
  return (
    <div className={texts.row}>
      <p className={texts.note}>
        {formatBytes(use.usedBytes)} used{allowed}.{" "}
        {use.persisted
          ? "The browser keeps them until you remove them."
          : refused
            ? "The browser did not agree to keep them; it may clear them when space runs low."
            : "The browser may clear them when space runs low."}
      </p>
      {!use.persisted && (
        <button type="button" className={controls.button} onClick={() => void stored.persist()}>
          Keep stored
        </button>
      )}
    </div>
  );
}

function Clear({ count }: { readonly count: number }) {
  const { stored } = useActions();
  const removing = useSelect((state) => state.stored.removing !== null);
  return (
    <div className={texts.row}>
      <AskingButton
        label="Clear all"
        disabled={removing}
        question={`Remove ${plural(count, "model")} from this browser?`}
        yes={`Remove ${count === 1 ? "it" : "all"}`}
        no={`Keep ${count === 1 ? "it" : "them"}`}
        onYes={() => void stored.clear()}
      />
    </div>
  );
}
