/** An access token: kept in memory, sent to the page's hub alone. */
import { useId } from "react";
import { DEFAULT_HUB } from "../../models/hub/default-hub.ts";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import steps from "./steps.module.css";
import styles from "./TokenField.module.css";

export function TokenField() {
  const { opening } = useActions();
  const token = useSelect((state) => state.opening.token);
  const hubUrl = useSelect((state) => state.opening.hubUrl);
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>Access token</label>
      <input
        id={id}
        className={steps.textField}
        type="password"
        autoComplete="off"
        value={token}
        aria-describedby={`${id}-note`}
        onChange={(event) => opening.setToken(event.currentTarget.value)}
      />
      <p id={`${id}-note`} className={texts.note}>
        For a gated model: accept its licence on its page there, make a token that may read, and paste it. Sent to{" "}
        <strong>{hostOf(hubUrl)}</strong> only, and forgotten with this page.
        {hubUrl !== null && " Tokens of huggingface.co (hf_…) are refused there."}
      </p>
    </div>
  );
}

/** "huggingface.co" */
export function hostOf(hubUrl: string | null): string {
  return (hubUrl ?? DEFAULT_HUB).replace(/^https?:\/\//, "");
}
