/** One own sample: its picture, question, answer and trace. Text is taken when the field is left or Enter is pressed. */
import { useEffect, useRef, useState } from "react";
import { MAXIMUM_QUESTION } from "../../state/slices/input/input.ts";
import { ownTrace } from "../../state/slices/own-samples/own-samples-pictures.ts";
import type { OwnEntry, OwnPicture } from "../../state/slices/own-samples/own-samples-state.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { plural } from "../words.ts";
import { GrowingField } from "./GrowingField.tsx";
import styles from "./SampleRow.module.css";

export interface SampleRowProps {
  readonly entry: OwnEntry;
  /** Counted from 1. */
  readonly place: number;
}

export function SampleRow({ entry, place }: SampleRowProps) {
  const { ownSamples: actions } = useActions();
  const { number, picture, question, answer } = entry;
  const summary = useSelect((state) => state.model.summary);
  const written = useSelect(({ ownSamples: { writing } }) => (writing?.number === number ? writing.text : null));
  return (
    <div className={styles.sample}>
      {picture ? (
        <Thumbnail picture={picture} />
      ) : (
        <span className={`${styles.picture} ${styles.noPicture}`}>no picture</span>
      )}
      <div className={styles.texts}>
        <Field
          label={`Question of sample ${place}`}
          placeholder="Question"
          value={question}
          onTake={(text) => void actions.edit(number, { question: text })}
        />
        <Field
          label={`Answer of sample ${place}`}
          placeholder="Answer, if you know it"
          value={answer ?? ""}
          onTake={(text) => void actions.edit(number, { answer: text })}
        />
        {/* While no model is there, nothing says that a trace is not its own. */}
        <TraceLine entry={entry} trace={summary ? ownTrace(entry, summary) : entry.trace} written={written} />
      </div>
      <button
        type="button"
        className={controls.buttonQuiet}
        aria-label={`Remove sample ${place}`}
        data-remove
        onClick={(event) => {
          focusNext(event.currentTarget);
          void actions.remove(number);
        }}
      >
        Remove
      </button>
    </div>
  );
}

/** The focus stays among the samples when the one that has it goes. */
function focusNext(button: HTMLElement): void {
  const row = button.closest("li");
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  (next?.querySelector<HTMLElement>("[data-remove]") ?? button.closest("dialog")?.querySelector("button"))?.focus();
}

interface TraceLineProps {
  readonly entry: OwnEntry;
  readonly trace: OwnEntry["trace"];
  /** What has been written so far, while it is. */
  readonly written: string | null;
}

function TraceLine({ entry, trace, written }: TraceLineProps) {
  if (written !== null) return <p className={texts.note}>Writing its trace</p>;
  if (trace === null) {
    return <p className={texts.note}>{entry.trace ? "Its trace is another model's" : "No trace yet"}</p>;
  }
  return (
    <details className={styles.trace}>
      <summary className={texts.note}>Trace of {plural(trace.ids.length, "token")}</summary>
      <p className={texts.note}>{trace.text}</p>
    </details>
  );
}

interface FieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  onTake(text: string): void;
}

function Field({ label, placeholder, value, onTake }: FieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const take = () => {
    if (typed !== null && typed.trim() !== value) onTake(typed);
    setTyped(null);
  };
  // Escape closes the window around a field that was not left.
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => () => latest.current(), []);
  return (
    <GrowingField
      aria-label={label}
      placeholder={placeholder}
      maxLength={MAXIMUM_QUESTION}
      value={typed ?? value}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
        event.preventDefault();
        take();
      }}
    />
  );
}

function Thumbnail({ picture }: { readonly picture: OwnPicture }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(picture.file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [picture.file]);
  return url === null ? (
    <span className={styles.picture} />
  ) : (
    <img className={styles.picture} src={url} alt={picture.name} />
  );
}
