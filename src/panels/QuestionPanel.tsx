/** The question: typed, or one of the examples'; and the dense model's answer to it. */
import { type FormEvent, type KeyboardEvent, useMemo } from "react";
import { GENERAL_QUESTIONS, MAXIMUM_QUESTION } from "../state/slices/input/input.ts";
import { questionChoices, shownScene } from "../state/slices/input/scene-questions.ts";
import { isBundled } from "../state/slices/model/model.ts";
import { finalAnswer } from "../state/slices/reasoning/answer.ts";
import { Alert } from "./Alert.tsx";
import styles from "./QuestionPanel.module.css";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { useActions, useSelect, useSelectShallow } from "./use-workbench.ts";

export function QuestionPanel() {
  const { input: actions } = useActions();
  const { draft, question, questionFailure } = useSelectShallow(({ input }) => ({
    draft: input.draft,
    question: input.question,
    questionFailure: input.questionFailure,
  }));
  const ready = useSelect((state) => state.input.picture !== null);
  const unasked = draft.trim() !== question;

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    actions.ask();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    // Back to where single keys act.
    if (event.key === "Escape") event.currentTarget.blur();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    actions.ask();
  };

  return (
    <form className={styles.question} onSubmit={onSubmit}>
      <label htmlFor="question" className={texts.panelTitle}>
        Question
      </label>
      <div className={styles.field}>
        <textarea
          id="question"
          rows={rowsOf(draft)}
          value={draft}
          aria-invalid={questionFailure !== null}
          placeholder="Ask about the picture"
          onChange={(event) => actions.setDraft(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className={unasked ? controls.buttonPrimary : controls.button} disabled={!ready}>
          Ask
        </button>
      </div>
      {draft.length > MAXIMUM_QUESTION * 0.8 && (
        <p className={texts.note}>
          {draft.length.toLocaleString("en-US")} of {MAXIMUM_QUESTION.toLocaleString("en-US")} characters
        </p>
      )}
      {questionFailure && <Alert failure={questionFailure} />}
      <Suggestions />
      <DenseAnswer />
    </form>
  );
}

/** Characters in a row of the field where it is narrowest, and rows that it has at least and at most. */
const [ROW, LEAST_ROWS, MOST_ROWS] = [27, 2, 8];

/** As many rows as the question takes, so that none is cut. */
function rowsOf(text: string): number {
  return Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.ceil(text.length / ROW)));
}

const FAMILY_LABELS = {
  physical: "Physical",
  quantitative: "Quantitative",
  commonsense: "Commonsense",
  describe: "Description",
} as const;

/**
 * Questions to pick from: those that the scene allows, or the examples' about an own picture. A checkpoint from elsewhere
 * knows nothing of the examples, and can be asked in general.
 */
function Suggestions() {
  const { input: actions } = useActions();
  const examples = useSelect((state) => state.input.examples);
  const scene = useSelect(shownScene);
  // Which model comes is not known at once.
  const bundled = useSelect((state) => state.model.source === null || isBundled(state));
  const choices = useMemo(() => scene && questionChoices(scene), [scene]);
  if (bundled && !choices && examples.length === 0) return null;
  return (
    <select
      className={controls.selectQuiet}
      aria-label="Suggested questions"
      value=""
      onChange={(event) => actions.ask(event.currentTarget.value)}
    >
      <option value="" disabled>
        or pick one
      </option>
      {!bundled && (
        <optgroup label="Any picture">
          <Options questions={GENERAL_QUESTIONS} />
        </optgroup>
      )}
      {choices?.map(({ family, questions }) => (
        <optgroup key={family} label={FAMILY_LABELS[family]}>
          <Options questions={questions} />
        </optgroup>
      ))}
      {bundled && !choices && <Options questions={examples.map((example) => example.question)} />}
    </select>
  );
}

function Options({ questions }: { readonly questions: readonly string[] }) {
  return [...new Set(questions)].map((question) => (
    <option key={question} value={question}>
      {question}
    </option>
  ));
}

function DenseAnswer() {
  const status = useSelect((state) => state.reasoning.status);
  const trace = useSelect((state) => state.reasoning.trace);
  const answer = trace ? finalAnswer(trace.text) : null;
  const text =
    trace !== null
      ? (answer ?? "none found in the trace")
      : status === "running" || status === "waiting"
        ? "reasoning"
        : "none yet";
  return (
    <p className={styles.denseAnswer}>
      <span className={texts.note}>dense answer</span> <strong data-empty={answer === null || undefined}>{text}</strong>
    </p>
  );
}
