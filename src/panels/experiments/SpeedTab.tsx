/** Dense against sliced on this device, in turn: at the ratio at hand, and over the ratio. */
import { formatShare, plural } from "../../charts/format.ts";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { DataTable } from "../../charts/frame/DataTable.tsx";
import { SpeedChart } from "../../charts/speed/SpeedChart.tsx";
import { figuresTable } from "../../charts/speed/speed-words.ts";
import { gainSentence } from "../../charts/speed/widths-gain.ts";
import { asksForWidths } from "../../core/parameters/widths.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import { curveKey } from "../../state/slices/curve/curve-key.ts";
import type { SpeedSeries } from "../../state/slices/speed/speed-state.ts";
import { FailedRun } from "../FailedRun.tsx";
import { Progress } from "../Progress.tsx";
import { missingPlan } from "../plan-context.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { formatRatio, waitingText } from "../words.ts";
import experiment from "./experiment.module.css";
import styles from "./Run.module.css";

/** Ratios of a curve. */
const RATIOS = [0.2, 0.4, 0.6];

export default function SpeedTab() {
  const { speed: actions } = useActions();
  const { status, progress, failure, series } = useSelect((state) => state.speed);
  const activity = useSelect((state) => state.model.activity);
  const ratio = useSelect((state) => state.pruning.ratio);
  const reason = useSelect(unavailable);
  const shaped = useSelect(({ pruning }) => asksForWidths(pruning.parameters));
  const stale = useSelect((state) => series !== null && series.key !== curveKey(state));
  const busy = status === "running" || status === "waiting";
  return (
    <div className={experiment.experiment}>
      <div className={styles.run}>
        <p className={styles.sentence}>
          The plan is applied for real: what it removes is gone from the weights. The dense and the sliced model then
          write the same number of tokens in turn, five times each, on this device.
          {shaped && " The method's own plan, without the widths that you chose, is sliced and takes its turns, too."}
        </p>
        {busy ? (
          <div className={styles.busy}>
            <Progress
              label="Speed"
              fraction={progress && progress.total > 0 ? progress.done / progress.total : null}
              text={
                status === "waiting"
                  ? waitingText(activity)
                  : progress
                    ? `${formatRatio(progress.ratio)} · ${progress.done} of ${plural(progress.total, "step")}`
                    : "getting ready"
              }
            />
            <button type="button" className={controls.button} onClick={() => actions.cancel()}>
              Cancel measuring
            </button>
          </div>
        ) : (
          <div className={texts.row}>
            <button
              type="button"
              className={controls.buttonPrimary}
              disabled={reason !== null}
              onClick={() => void actions.start([ratio])}
            >
              Measure {formatRatio(ratio)}
            </button>
            <button
              type="button"
              className={controls.button}
              disabled={reason !== null}
              onClick={() => void actions.start(RATIOS)}
            >
              Measure 20, 40 and 60 %
            </button>
          </div>
        )}
        {!busy && (
          <p className={texts.note}>
            {reason ??
              (status === "cancelled"
                ? "Stopped. What was measured stays."
                : "Other work of the page waits meanwhile.")}
          </p>
        )}
        {stale && (
          <p className={texts.noteStrong}>
            Shown is what was chosen when it was measured; picture, question, method or constants at hand are others.
          </p>
        )}
        {failure && <FailedRun failure={failure} onRetry={() => void actions.start([ratio])} />}
      </div>
      {series ? <Measured series={series} /> : <p className={texts.empty}>No speed has been measured yet.</p>}
    </div>
  );
}

function Measured({ series }: { readonly series: SpeedSeries }) {
  const { of, points } = series;
  const device = of.model.device;
  const point = points.find(({ asked }) => asked === of.plan.asked) ?? points[0];
  const context = contextOf(of);
  const title = point ? `Dense against sliced at ${formatRatio(point.asked)}` : "";
  return (
    <>
      {point && (
        <section aria-label={title}>
          <h3 className={texts.panelTitle}>{title}</h3>
          <p className={texts.note}>
            {context.model} · {context.method} · {formatShare(point.reached, 1)} removed · {device} · {point.runs} runs
            of each, {plural(point.decodedTokens, "token")} behind a prompt of {point.promptTokens}; medians, with the
            lowest and the highest
          </p>
          {asksForWidths(of.plan.parameters) && (
            <p className={texts.noteStrong}>{gainSentence(of.plan.parameters, point)}</p>
          )}
          <DataTable caption={title} table={figuresTable(series, point)} />
        </section>
      )}
      <SpeedChart
        data={series}
        context={{
          ...context,
          method: `${context.method} · ${device}`,
          ratioText: ratiosText(points.map(({ asked }) => asked)),
        }}
        headingLevel={3}
      />
    </>
  );
}

/** "40 %", "20–60 %". */
function ratiosText(ratios: readonly number[]): string {
  const [first = 0, last = first] = [ratios[0], ratios.at(-1)];
  return first === last ? formatRatio(first) : `${Number((100 * first).toFixed(1))}–${formatRatio(last)}`;
}

function unavailable(state: WorkbenchState): string | null {
  if (state.model.status !== "ready" || !state.pruning.frame) return missingPlan(state);
  if (state.pruning.opened)
    return "A file's plan is measured on the command line, by `speed`; here only plans that the page makes.";
  if (state.slicing.released) return "Takes the dense weights, which were released: leave the sliced model first.";
  if (!state.reasoning.trace) return "Waits for the dense model's reasoning.";
  return null;
}
