/** What there is to choose from: recommended checkpoints, any address, a folder, and what this browser keeps. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { formatParameters } from "../../charts/format.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import type { Failure } from "../../state/failure.ts";
import { Alert } from "../Alert.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import styles from "./ChoosingStep.module.css";
import { KeptResults } from "./KeptResults.tsx";
import { KeptWork } from "./KeptWork.tsx";
import { RECOMMENDED_MODELS } from "./recommended-models.ts";
import { StoredModels } from "./StoredModels.tsx";
import steps from "./steps.module.css";
import { TokenField } from "./TokenField.tsx";

export function ChoosingStep({ failure }: { readonly failure: Failure | null }) {
  const { stored } = useActions();
  useEffect(() => {
    void stored.refresh();
  }, [stored]);
  return (
    <>
      <p className={`${texts.note} ${steps.title}`} data-step-title tabIndex={-1}>
        Nothing is downloaded before you have seen what it takes.
      </p>
      <Cards />
      <AddressField failure={failure} />
      <FolderField />
      <StoredModels />
      <KeptResults />
      <KeptWork />
    </>
  );
}

function Cards() {
  const { opening } = useActions();
  const bundled = useSelect((state) => state.model.bundled);
  const stored = useSelect((state) => state.stored.models);
  const hubUrl = useSelect((state) => state.opening.hubUrl);
  return (
    <ul className={styles.cards} aria-label="Recommended models">
      {bundled.map(({ name, label, parameters, bytes }) => (
        <li key={name}>
          <button type="button" className={styles.card} onClick={() => void opening.chooseBundled(name)}>
            <strong>{label}</strong>
            <span className={texts.note}>
              {[
                parameters === null ? null : `${formatParameters(parameters)} parameters`,
                bytes === null ? null : formatBytes(bytes),
                "comes with the page, knows its scenes",
              ]
                .filter((part) => part !== null)
                .join(" · ")}
            </span>
          </button>
        </li>
      ))}
      {RECOMMENDED_MODELS.map(({ repository, parameters, bytes, dtype, note, gated }) => {
        const kept = stored?.find((model) => model.hubUrl === hubUrl && model.repository === repository);
        return (
          <li key={repository}>
            <button type="button" className={styles.card} onClick={() => void opening.chooseAddress(repository)}>
              <strong>{repository.split("/")[1]}</strong>
              <span className={texts.note}>
                {formatParameters(parameters)} parameters · {formatBytes(bytes)} {dtype}
                {note !== "" && ` · ${note}`}
                {gated && " · gated: needs an access token"}
              </span>
              {kept && <span className={texts.noteStrong}>{kept.complete ? "stored here" : "partly stored here"}</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function AddressField({ failure }: { readonly failure: Failure | null }) {
  const { opening } = useActions();
  const [address, setAddress] = useState("");
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void opening.chooseAddress(address, true);
  };
  return (
    <form className={steps.part} onSubmit={onSubmit}>
      <label className={texts.panelTitle} htmlFor="model-address">
        From the hub, or any address
      </label>
      <div className={styles.fieldRow}>
        <input
          id="model-address"
          className={steps.textField}
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="owner/name, or https://…"
          value={address}
          aria-invalid={failure !== null}
          aria-describedby="model-address-note"
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <button type="submit" className={controls.button}>
          Look at it
        </button>
      </div>
      <p id="model-address-note" className={texts.note}>
        Idefics3, SmolVLM, Qwen2-VL, Qwen2.5-VL, Qwen3-VL, Gemma 3 and Llama checkpoints with safetensors weights.
      </p>
      {failure && <Alert failure={failure} />}
      <details>
        <summary className={texts.note}>Access token, for gated or private repositories</summary>
        <TokenField />
      </details>
    </form>
  );
}

function FolderField() {
  const { opening } = useActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={`${steps.part} ${styles.dropZone}`}>
      <button type="button" className={controls.button} onClick={() => input.current?.click()}>
        Choose folder
      </button>
      <p className={texts.note}>
        or drop one anywhere on the page: config.json, model.safetensors, tokenizer.json, … Nothing of it leaves this
        computer.
      </p>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label="Model folder"
        {...{ webkitdirectory: "" }}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same folder can be chosen again after it has been mended.
          event.currentTarget.value = "";
          void opening.chooseFiles(new Map(files.map((file) => [file.webkitRelativePath || file.name, file])));
        }}
      />
    </div>
  );
}
