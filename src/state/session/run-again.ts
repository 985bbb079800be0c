/** Runs a session's result again, on the same picture and question, and compares it with what was saved. */
import { PivotscopeError } from "../../core/errors.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { Measurement, Trace } from "../../engine/contract.ts";
import type { WorkerEngine } from "../../engine/worker/client.ts";
import { requireSameWeights } from "../../models/weights-match.ts";
import type { Context } from "../context.ts";
import { failureOf } from "../failure.ts";
import { createJob, type Run } from "../job.ts";
import { modelAtHand } from "../provenance.ts";
import { calibrationOf } from "../slices/calibration.ts";
import type { KeptCalibrations } from "../slices/calibration-kept.ts";
import { calibrateKept } from "../slices/calibration-run.ts";
import { measurePlan } from "../slices/measurement/measure-plan.ts";
import { needsOf, plannerOf, prepareWidths, pruningOf } from "../slices/pruning/method.ts";
import { type AnswerVerdict, textOf } from "../slices/reasoning/answer.ts";
import { compareNumbers, compareWords } from "./compare-values.ts";
import type { ComparedValue, SavedRun, SessionCheck } from "./saved-run.ts";

/** Nothing is kept and nothing gone on from: what is compared is computed anew. */
const ANEW: KeptCalibrations = { read: async () => null, note() {}, async forget() {} };

export function createRun(context: Context, onLoss: (error: unknown) => boolean) {
  const { get, patch } = context;
  const job = createJob<string, Partial<SessionCheck>>(context, {
    kind: "comparison",
    onError: onLoss,
    show({ status, progress, failure }, change) {
      const ended = status === "done" || status === "failed" || status === "cancelled";
      note({
        status: ended ? status : "running",
        doing: ended ? "" : (progress ?? "waiting for its turn"),
        failure,
        ...change,
      });
    },
  });

  function note(change: Partial<SessionCheck>): void {
    const { session } = get().files;
    if (!session) return;
    const before: SessionCheck = session.check ?? {
      status: "running",
      doing: "",
      values: [],
      failure: null,
      device: "",
    };
    patch("files", { session: { ...session, check: { ...before, ...change } } });
  }

  return {
    cancel: job.cancel,
    async start(withStatistics: boolean): Promise<void> {
      const { session } = get().files;
      const saved = session?.run;
      if (!session || !saved) return;
      const model = modelAtHand(get());
      patch("files", { session: { ...session, check: null } });
      try {
        if (!model)
          throw new PivotscopeError("busy", "No model is loaded yet.", "Run it again when the model is there.");
        const origin = { name: "the session's model", weightHash: saved.weightHash };
        requireSameWeights(session.file, origin, model, "Open the session again.");
      } catch (error) {
        return note({ status: "failed", failure: failureOf(error) });
      }
      await job.start(
        async (run) => {
          const values: ComparedValue[] = [];
          const tell = (...found: readonly ComparedValue[]) => {
            values.push(...found);
            if (run.wanted()) note({ values: [...values] });
          };
          await compareAll(context, saved, run, withStatistics, tell);
          return {};
        },
        { values: [], device: model?.device ?? "" },
      );
    },
  };
}

async function compareAll(
  context: Context,
  saved: SavedRun,
  run: Run<string>,
  withStatistics: boolean,
  tell: (...found: readonly ComparedValue[]) => void,
): Promise<void> {
  const { signal, report, inTurn } = run;
  report("the dense model writes its words");
  const trace = await inTurn((engine) => engine.generate(saved.input, {}, { signal }));
  tell(compareTraces(saved.trace, trace));
  const again = withStatistics ? await calibrateAgain(context, saved, run) : null;
  if (again && saved.statistics) tell(...compareStatistics(saved.statistics, again));
  tell(...(await comparePlans(context, saved, again ?? saved.statistics, run)));
  report("the plan is measured on the saved words");
  const measured = await inTurn((engine) => measureAgain(engine, saved, signal));
  tell(...compareMeasured(saved, measured));
}

function compareTraces(saved: Trace, now: Trace): ComparedValue {
  const ids = ({ tokens }: Trace) => tokens.map(({ id }) => id);
  const [before, after] = [ids(saved), ids(now)];
  const place = before.findIndex((id, at) => id !== after[at]);
  const same = place < 0 && before.length === after.length;
  const at = place < 0 ? Math.min(before.length, after.length) : place;
  const piece = ({ tokens }: Trace) => textOf(tokens.slice(Math.max(0, at - 4), at + 6)) || "(nothing)";
  const [first, second] = same ? [shorten(saved.text), shorten(now.text)] : [piece(saved), piece(now)];
  return {
    name: "The dense model's words",
    sameness: same ? "equal" : "different",
    saved: first,
    now: second,
    note: same ? `${before.length} tokens` : `from token ${at + 1} on`,
  };
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 79).trimEnd()}…` : text);

async function calibrateAgain(
  context: Context,
  { calibration }: SavedRun,
  run: Run<string>,
): Promise<Statistics | null> {
  if (calibration === null) return null;
  const { signal, inQueue } = run;
  return calibrateKept(context, ANEW, {
    key: calibration,
    parameters: calibrationOf(calibration),
    signal,
    inQueue,
    onProgress: ({ sample, samples }) => run.report(`the model is calibrated: sample ${sample} of ${samples}`),
    onRenewal() {},
  });
}

function compareStatistics(saved: Statistics, now: Statistics): readonly ComparedValue[] {
  // A file holds them as float32, the precision of the sums that they come from.
  const rounded = (values: Float64Array) => Float64Array.from(Float32Array.from(values));
  const lists = [
    ["Attribution, all tokens", "attributionGlobal"],
    ["Attribution, pivots", "attributionPivot"],
    ["CMDS", "cmds"],
    ["Sens", "sens"],
  ] as const;
  return [
    compareNumbers("Samples", [saved.samples], [now.samples], 0),
    ...lists.map(([name, list]) => compareNumbers(name, rounded(saved[list]), rounded(now[list]))),
  ];
}

/** The plan as it is made from these statistics, where the page had made it. */
async function comparePlans(
  { get }: Context,
  { plan, frame, planned }: SavedRun,
  statistics: Statistics | null,
  { signal, inTurn }: Run<string>,
): Promise<readonly ComparedValue[]> {
  const { summary } = get().model;
  if (!planned || !summary) return [];
  const wanting = needsOf(plan.method) === "weights" && !statistics?.baselines;
  const weights = wanting ? await inTurn((engine) => engine.weightStatistics({ signal })) : null;
  await prepareWidths(plan.parameters);
  const planner = plannerOf(plan.method, summary.layout, { statistics, weights }, plan.parameters);
  // Without the statistics that it was made from.
  if (!planner) return [];
  const now = planner(plan.ratio.asked);
  const other = frame.keep.reduce((sum, unit, at) => sum + Number(unit !== now.keep[at]), 0);
  return [
    compareNumbers("Reached ratio", [frame.reachedRatio], [now.reachedRatio], 1),
    {
      name: "Units kept",
      sameness: other === 0 ? "equal" : "different",
      saved: frame.keptUnits.toLocaleString("en-US"),
      now: now.keptUnits.toLocaleString("en-US"),
      note:
        other === 0 ? "the same units" : `${other.toLocaleString("en-US")} units are kept in one and not in the other`,
    },
  ];
}

async function measureAgain(engine: WorkerEngine, saved: SavedRun, signal: AbortSignal) {
  let found: { readonly measurement: Measurement; readonly answer: AnswerVerdict } | null = null;
  const plan = { input: saved.input, trace: saved.trace, pruning: pruningOf(saved.frame), known: undefined };
  await measurePlan(engine, plan, signal, (measurement, answer) => {
    if (answer) found = { measurement, answer };
  });
  if (!found) throw new PivotscopeError("cancelled", "Cancelled.");
  return found as { readonly measurement: Measurement; readonly answer: AnswerVerdict };
}

function compareMeasured(
  saved: SavedRun,
  { measurement, answer }: { readonly measurement: Measurement; readonly answer: AnswerVerdict },
): readonly ComparedValue[] {
  const before = saved.measurement;
  const verdictOf = ({ matches, dense, pruned }: AnswerVerdict) =>
    `${matches ? "matches" : "differs"}: ${shorten(dense ?? "no answer")} → ${shorten(pruned ?? "no answer")}`;
  const own = ({ prunedTokens }: AnswerVerdict) => prunedTokens ?? saved.trace.tokens;
  const words = (of: AnswerVerdict) => ({ tokens: own(of), text: textOf(own(of)), finish: "stop" as const });
  return [
    compareNumbers("KL per token, nats", before.kl, measurement.kl, 1),
    compareNumbers("Surprise of the pruned model, nats", before.nll, measurement.nll, 1),
    compareNumbers("Surprise of the dense model, nats", before.denseNll, measurement.denseNll, 1),
    compareNumbers("Likeliest tokens of the pruned model", before.argmax, measurement.argmax, 0),
    compareNumbers("Perplexity of the pruned model", [before.perplexity], [measurement.perplexity]),
    compareNumbers("Perplexity of the dense model", [before.densePerplexity], [measurement.densePerplexity]),
    { ...compareTraces(words(saved.answer), words(answer)), name: "The pruned model's words" },
    compareWords("Verdict", verdictOf(saved.answer), verdictOf(answer)),
  ];
}
