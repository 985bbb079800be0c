/** What the page does in a few sentences, and all shortcuts. */
import { type ReactNode, useLayoutEffect, useRef } from "react";
import { VERSION } from "../core/version.ts";
import { actions, controlKeys } from "./actions.ts";
import { GLOSSARY } from "./glossary.ts";
import styles from "./HelpDialog.module.css";
import controls from "./shared/controls.module.css";
import dialogs from "./shared/dialog.module.css";
import texts from "./shared/text.module.css";
import { useActions, useSelect } from "./use-workbench.ts";

function PageLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <a href={to} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

export default function HelpDialog() {
  const { preferences } = useActions();
  const shortcuts = useSelect((state) => state.preferences.shortcuts);
  const dialog = useRef<HTMLDialogElement>(null);
  // The browser's own dialog keeps the focus inside, closes on Escape, and gives the focus back when it is closed while
  // it still stands on the page.
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={dialogs.dialog}
      aria-labelledby="help-title"
      aria-describedby="help-text"
      onCancel={(event) => {
        event.preventDefault();
        preferences.open(null);
      }}
    >
      <div className={texts.row}>
        <h2 id="help-title" className={texts.dialogTitle}>
          Help
        </h2>
        <button type="button" className={controls.button} onClick={() => preferences.open(null)}>
          Close
        </button>
      </div>
      <p id="help-text" className={styles.text}>
        Drag the pruning ratio and watch which neurons and heads of the model go. Bars, field and counts follow the
        thumb. Once it rests, the pruned model is measured on the dense model's reasoning: the stronger a word's colour,
        the less the two agree. What is older than the thumb is grey and says its ratio. The tabs at the bottom compare
        methods on many samples; what they measure is kept in this browser.
      </p>
      <h3 className={texts.panelTitle}>Words</h3>
      <dl className={styles.words}>
        {GLOSSARY.map(({ term, meaning }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h3 className={texts.panelTitle}>Keys</h3>
      <dl className={styles.keys}>
        {actions.map((action) => (
          <div key={action.name}>
            <dt>
              <kbd>{action.key}</kbd>
            </dt>
            <dd>{action.label}</dd>
          </div>
        ))}
        {controlKeys.map(({ keys, label }) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <label className={controls.check}>
        <input
          type="checkbox"
          checked={shortcuts}
          onChange={(event) => preferences.setShortcuts(event.currentTarget.checked)}
        />
        Single keys act outside of text fields
      </label>
      <p className={`${texts.note} ${styles.about}`}>
        Pivotscope {VERSION} is free software under the <PageLink to="licence.txt">MIT licence</PageLink>. It holds code
        of others: <PageLink to="third-party-notices.txt">their notices</PageLink>. What it computes, exactly:{" "}
        <PageLink to="method.txt">the method</PageLink>, after µCRASP,{" "}
        <PageLink to="https://arxiv.org/abs/2605.25842">arXiv 2605.25842</PageLink>. To serve it yourself:{" "}
        <PageLink to="hosting.txt">hosting</PageLink>.
      </p>
    </dialog>
  );
}
