/** What a model would take, before anything large is fetched: bytes, memory, and the ways to run it on this device. */
import { useEffect } from "react";
import { formatParameters } from "../../charts/format.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import type { ModelChoice, ModelNeeds } from "../../engine/contract.ts";
import { DEFAULT_HUB } from "../../models/hub/default-hub.ts";
import type { ModelSource } from "../../models/model-source.ts";
import { AUTOMATIC, choiceOf, optionsFor, type RunOptions } from "../../state/slices/model/model-opening-steps.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { BACKEND_WORDS, PRECISION_WORDS, plural } from "../words.ts";
import styles from "./AskingStep.module.css";
import { MemoryTable } from "./MemoryTable.tsx";
import { StepTitle } from "./StepTitle.tsx";
import steps from "./steps.module.css";
import { hostOf } from "./TokenField.tsx";

export interface AskingStepProps {
  readonly source: ModelSource;
  readonly needs: ModelNeeds;
  readonly options: RunOptions;
}

export function AskingStep({ source, needs, options }: AskingStepProps) {
  const { opening, stored } = useActions();
  const chosen = choiceOf(needs, options);
  // Space that is left may have changed since the list was shown; a link shows no list at all.
  useEffect(() => {
    void stored.refresh();
  }, [stored]);
  return (
    <>
      <StepTitle name={needs.name} source={source} />
      <Facts source={source} needs={needs} />
      {needs.note !== "" && <p className={texts.noteStrong}>{needs.note}</p>}
      <Choices needs={needs} options={options} />
      <MemoryTable options={options} />
      {source.kind === "hub" && <Space bytes={needs.bytesToFetch} />}
      {!chosen?.fits && (
        <p className={texts.noteStrong} id="asking-refused">
          {needs.choices.some(({ fits }) => fits)
            ? "It does not fit like that. Choose another way to run it."
            : "It does not fit this device. A smaller checkpoint would."}
        </p>
      )}
      <div className={steps.actions}>
        <button
          type="button"
          className={controls.buttonPrimary}
          disabled={!chosen?.fits}
          aria-describedby={chosen?.fits ? undefined : "asking-refused"}
          onClick={() => void opening.load()}
        >
          {openWords(source, needs)}
        </button>
        <button type="button" className={controls.button} onClick={() => opening.back()}>
          Cancel
        </button>
      </div>
    </>
  );
}

function openWords(source: ModelSource, { bytesToFetch }: ModelNeeds): string {
  if (source.kind === "files") return "Open";
  return bytesToFetch > 0 ? "Download and open" : "Open from cache";
}

function Facts({ source, needs }: Pick<AskingStepProps, "source" | "needs">) {
  const { architecture, parameters, version, files, bytesToFetch, bytesCached, dtypes } = needs;
  const missing = files.filter(({ bytes, cachedBytes }) => cachedBytes < bytes).length;
  return (
    <dl className={styles.facts}>
      <Fact term="From">
        {source.kind === "files" ? "this computer" : <Origin source={source} version={version} />}
      </Fact>
      <Fact term="Architecture">{architecture}</Fact>
      <Fact term="Parameters">{formatParameters(parameters)}</Fact>
      {dtypes.length > 0 && <Fact term="Weights stored as">{dtypes.join(", ")}</Fact>}
      {source.kind !== "files" && (
        <>
          <Fact term="To fetch">
            {bytesToFetch === 0 ? "nothing" : `${formatBytes(bytesToFetch)} in ${plural(missing, "file")}`}
          </Fact>
          <Fact term="Here already">{bytesCached === 0 ? "nothing" : formatBytes(bytesCached)}</Fact>
        </>
      )}
    </dl>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Origin({ source, version }: { readonly source: ModelSource; readonly version: string }) {
  if (source.kind === "files") return null;
  if (source.kind === "address") return source.url;
  const { repository, hubUrl } = source;
  return (
    <>
      {/* Its licence and conditions stand there. */}
      <a href={`${hubUrl ?? DEFAULT_HUB}/${repository}`} target="_blank" rel="noreferrer">
        {hostOf(hubUrl)}/{repository}
      </a>
      {version !== "" && ` at ${version.slice(0, 7)}`}
    </>
  );
}

/** Radio buttons, the automatic way first; what does not fit says why and cannot be chosen. */
function Choices({ needs, options }: Pick<AskingStepProps, "needs" | "options">) {
  const { opening } = useActions();
  const [first] = needs.choices;
  const automatic = options.backend === "auto" && options.precision === "auto";
  const chosen = choiceOf(needs, options);
  if (!first) return null;
  return (
    <fieldset className={styles.choices}>
      <legend className={texts.panelTitle}>How to run it</legend>
      <Choice
        label={`Automatic: ${choiceWords(first)}`}
        choice={first.fits ? { ...first, reason: "What the page takes by itself on this device." } : first}
        checked={automatic}
        onChoose={() => opening.setOptions(AUTOMATIC)}
      />
      {needs.choices.map((choice) => (
        <Choice
          key={`${choice.backend} ${choice.precision}`}
          label={choiceWords(choice)}
          choice={choice}
          checked={!automatic && chosen === choice}
          onChoose={() => opening.setOptions(optionsFor(needs, choice))}
        />
      ))}
    </fieldset>
  );
}

/** "WebGPU, half precision" */
function choiceWords({ backend, precision }: ModelChoice): string {
  return `${BACKEND_WORDS[backend]}, ${PRECISION_WORDS[precision]}`;
}

interface ChoiceProps {
  readonly label: string;
  readonly choice: ModelChoice;
  readonly checked: boolean;
  readonly onChoose: () => void;
}

function Choice({ label, choice: { backend, weightBytes, fits, reason }, checked, onChoose }: ChoiceProps) {
  const place = backend === "webgpu" ? "on the GPU" : "in memory";
  return (
    <label className={styles.choice} data-fits={fits}>
      <input type="radio" name="model-choice" checked={checked} disabled={!fits} onChange={onChoose} />
      <span>
        {label} · {formatBytes(weightBytes)} {place}
        <span className={`${texts.note} ${styles.reason}`}>{reason}</span>
      </span>
    </label>
  );
}

/** Says so when the browser will not be able to keep all of it. */
function Space({ bytes }: { readonly bytes: number }) {
  const use = useSelect((state) => state.stored.use);
  if (!use || use.quotaBytes === null || bytes === 0) return null;
  const left = Math.max(0, use.quotaBytes - use.usedBytes);
  if (bytes <= left) return null;
  return (
    <p className={texts.noteStrong}>
      This browser keeps {formatBytes(left)} more for this page. What goes beyond is used from memory and fetched again
      the next time.
    </p>
  );
}
