/** What was measured in this browser, a line each, to be opened again. Arrow keys walk along the lines. */
import { type KeyboardEvent, useEffect, useState } from "react";
import { formatNats, formatShare } from "../../charts/format.ts";
import { sameRatio } from "../../core/experiments/equal-ratios.ts";
import { formatTime } from "../../core/format-date.ts";
import { decodeSharedState } from "../../state/address/url.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import type { HistoryEntry } from "../../state/slices/history/history-state.ts";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import { Alert } from "../Alert.tsx";
import { AskingButton } from "../AskingButton.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect, useWorkbench } from "../use-workbench.ts";
import { formatRatio, plural } from "../words.ts";
import styles from "./HistoryTab.module.css";
import { answerText, lineAfterKey } from "./history-words.ts";

const asked = `${styles.number} ${styles.aside}`;

export default function HistoryTab() {
  const { history } = useActions();
  const { entries, failure } = useSelect((state) => state.history);
  const reached = useSelect((state) => state.pruning.of?.plan.reached ?? null);
  const [equal, setEqual] = useState(false);
  const [opened, setOpened] = useState<HistoryEntry | null>(null);
  useEffect(() => {
    void history.refresh();
  }, [history]);
  const all = entries ?? [];
  const asMuch = (entry: HistoryEntry) => reached !== null && sameRatio(entry.reached, reached);
  const shown = equal ? all.filter(asMuch) : all;
  return (
    <div className={styles.history}>
      <p className={texts.note}>
        Every result that you looked at, in this browser. Compare lines that removed the same share (<em>reached</em>):
        what removes less keeps more.
      </p>
      {entries?.length === 0 && <p className={texts.empty}>Nothing has been measured yet.</p>}
      {all.length > 0 && (
        <>
          <div className={texts.row}>
            <label className={texts.note}>
              <input type="checkbox" checked={equal} disabled={reached === null} onChange={() => setEqual(!equal)} />{" "}
              Only what removed as much as the plan at hand
              {reached !== null && ` (${formatShare(reached, 1)}, half a point more or less)`}
            </label>
            <AskingButton
              label="Forget all"
              name="Forget the whole history"
              disabled={false}
              question={`Forget ${plural(all.length, "line")}?`}
              yes="Forget all"
              no="Keep them"
              onYes={() => void history.forget(all)}
            />
          </div>
          <Opened entry={opened} />
          {shown.length === 0 ? (
            <p className={texts.empty}>No line has removed as much as the plan at hand.</p>
          ) : (
            <Lines entries={shown} onOpen={setOpened} />
          )}
        </>
      )}
      {failure && <Alert failure={failure} />}
    </div>
  );
}

function Lines({ entries, onOpen }: { readonly entries: readonly HistoryEntry[]; onOpen(entry: HistoryEntry): void }) {
  const [active, setActive] = useState<string | null>(null);
  const current = entries.some(({ id }) => id === active) ? active : entries[0]?.id;
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-open]")];
    const row = (event.target as HTMLElement).closest("tr")?.querySelector<HTMLElement>("[data-open]");
    const next = lineAfterKey(event.key, row ? buttons.indexOf(row) : 0, buttons.length);
    if (next === null) return;
    event.preventDefault();
    buttons[next]?.focus();
  };
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label="History of what was measured">
        <thead>
          <tr>
            <th scope="col" className={styles.aside}>
              When
            </th>
            <th scope="col" className={styles.aside}>
              Model
            </th>
            <th scope="col">Method</th>
            <th scope="col" className={asked}>
              Asked
            </th>
            <th scope="col" className={styles.number}>
              Reached
            </th>
            <th scope="col" className={styles.aside}>
              Picture
            </th>
            <th scope="col">Question</th>
            <th scope="col">Answer, dense → pruned</th>
            <th scope="col" className={styles.number}>
              Mean KL (nats)
            </th>
            <td className={styles.last} />
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>
          {entries.map((entry) => (
            <Line
              key={entry.id}
              entry={entry}
              stop={entry.id === current}
              onFocus={() => setActive(entry.id)}
              onOpen={() => onOpen(entry)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface LineProps {
  readonly entry: HistoryEntry;
  /** Whether Tab stops in it. */
  readonly stop: boolean;
  onFocus(): void;
  onOpen(): void;
}

function Line({ entry, stop, onFocus, onOpen }: LineProps) {
  const workbench = useWorkbench();
  const atHand = useSelect((state) => isAtHand(state, entry));
  const { link, unopened, method, file, question } = entry;
  const open = () => {
    if (link === null) return;
    onOpen();
    void workbench.visit(decodeSharedState(link), { hash: link, search: "" });
  };
  const name = `${methodLabel(method)} at ${formatRatio(entry.asked)}: ${question}`;
  return (
    <tr onFocus={onFocus} aria-current={atHand ? "true" : undefined}>
      <td className={styles.aside}>{formatTime(entry.at)}</td>
      <td className={styles.aside}>{entry.model}</td>
      <td>{file === null ? methodLabel(method) : `${methodLabel(method)}, plan of ${file}`}</td>
      <td className={asked}>{formatRatio(entry.asked)}</td>
      <td className={styles.number}>{formatShare(entry.reached, 1)}</td>
      <td className={`${styles.short} ${styles.aside}`}>{entry.picture}</td>
      <th scope="row" className={styles.short} title={question}>
        {question}
      </th>
      <td className={styles.short}>{answerText(entry)}</td>
      <td className={styles.number}>{formatNats(entry.meanKl)}</td>
      <td className={styles.last}>
        <div className={styles.buttons}>
          <button
            type="button"
            data-open
            className={controls.button}
            tabIndex={stop ? 0 : -1}
            aria-label={`Open ${name}`}
            aria-disabled={link === null}
            title={unopened ?? "Show it again"}
            onClick={open}
          >
            Open
          </button>
          <AskingButton
            label="Forget"
            name={`Forget ${name}`}
            disabled={false}
            tabIndex={stop ? 0 : -1}
            question="Forget this line?"
            yes="Forget"
            no="Keep"
            onYes={() => void workbench.actions.history.forget([entry])}
          />
        </div>
      </td>
    </tr>
  );
}

/** Whether the line is what the page shows. */
function isAtHand({ pruning, reasoning, model }: WorkbenchState, entry: HistoryEntry): boolean {
  return (
    pruning.of?.plan.hash === entry.hash &&
    model.summary?.weightHash === entry.weightHash &&
    reasoning.of?.input.content === entry.content &&
    reasoning.of.input.question === entry.question
  );
}

/** Half of what the slider's ratios lie apart at least: a line's ratio comes through an address. */
const HALF_A_STEP = 0.0005;

/** What came of the line that was opened last, said where the statistics at hand make another plan than they did then. */
function Opened({ entry }: { readonly entry: HistoryEntry | null }) {
  const words = useSelect(({ pruning, model }) => {
    if (!entry) return "";
    if (model.summary?.weightHash !== entry.weightHash) return `Opens once ${entry.model} is there.`;
    const plan = pruning.of?.plan;
    if (!plan || plan.method !== entry.method || Math.abs(plan.asked - entry.asked) > HALF_A_STEP) return "";
    if (plan.hash === entry.hash) return "Shown above.";
    return "The statistics at hand make another plan than then: it is measured anew.";
  });
  return (
    <p className={texts.note} role="status" aria-label="Opened line">
      {words}
    </p>
  );
}
