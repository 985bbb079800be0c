/** Collects what a report says. Nothing that fails stops the rest: a GPU that computes wrongly gives a report that says so. */
import { messageOf, PivotscopeError } from "../src/core/errors.ts";
import type { Precision } from "../src/graph/precision.ts";
import { type Budget, timed } from "./budget.ts";
import type { Check, Comparison, Measurement, Spread } from "./schema.ts";

export interface About {
  readonly name: string;
  readonly model: string;
  readonly precision: Precision;
}

export interface Verdict {
  readonly passed: boolean;
  /** What was compared, with the largest difference. */
  readonly detail: string;
}

export interface Recorder {
  readonly budget: Budget;
  readonly checks: readonly Check[];
  readonly measurements: readonly Measurement[];
  readonly comparisons: readonly Comparison[];
  check(about: About, task: () => Promise<Verdict>): Promise<void>;
  /** @param detail what was measured, for example how many tokens. */
  measure(about: About, unit: string, detail: string, task: () => Promise<Spread>): Promise<void>;
  compare(name: string, unit: string, task: () => Promise<{ fused: Spread; composed: Spread }>): Promise<void>;
  /** Notes a measurement that was not even begun; because the time is used up where no other reason is given. */
  skip(about: About, reason?: string): void;
  /** Notes a check that was not even begun, so that nobody takes the others for all. */
  skipCheck(about: About, reason: string): void;
  /** Notes a failure outside of any check. */
  fail(about: About, error: unknown): void;
}

type Outcome<Result> =
  | { readonly status: "done"; readonly result: Result }
  | { readonly status: "failed" | "skipped"; readonly reason: string };

const OUT_OF_TIME = "The time was used up.";

/** Whether an error only says that the budget's signal ended the work. */
function isEnded(error: unknown): boolean {
  if (error instanceof PivotscopeError) return error.code === "cancelled";
  return error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
}

/** @param tell is given one line for whatever begins. */
export function createRecorder(budget: Budget, tell: (line: string) => void): Recorder {
  const checks: Check[] = [];
  const measurements: Measurement[] = [];
  const comparisons: Comparison[] = [];

  const attempt = async <Result>(line: string, task: () => Promise<Result>): Promise<Outcome<Result>> => {
    if (budget.over()) return { status: "skipped", reason: OUT_OF_TIME };
    tell(line);
    try {
      return { status: "done", result: await task() };
    } catch (error) {
      if (budget.over() && isEnded(error)) return { status: "skipped", reason: OUT_OF_TIME };
      return { status: "failed", reason: messageOf(error) };
    }
  };
  const lineOf = ({ name, model, precision }: About) => `${model}, ${precision}: ${name}`;

  return {
    ...{ budget, checks, measurements, comparisons },
    async check(about, task) {
      const { seconds, result: outcome } = await timed(() => attempt(lineOf(about), task));
      if (outcome.status !== "done") {
        checks.push({ ...about, status: outcome.status, detail: outcome.reason, seconds });
        return;
      }
      const { passed, detail } = outcome.result;
      checks.push({ ...about, status: passed ? "passed" : "failed", detail, seconds });
    },
    async measure(about, unit, detail, task) {
      const outcome = await attempt(lineOf(about), task);
      measurements.push(
        outcome.status === "done"
          ? { ...about, unit, status: "done", detail, value: outcome.result }
          : { ...about, unit, status: outcome.status, detail: outcome.reason, value: null },
      );
    },
    async compare(name, unit, task) {
      const outcome = await attempt(name, task);
      if (outcome.status !== "done") {
        const nothing = { fused: null, composed: null, ratio: null };
        comparisons.push({ name, unit, status: outcome.status, detail: outcome.reason, ...nothing });
        return;
      }
      const { fused, composed } = outcome.result;
      const ratio = composed.median / fused.median;
      comparisons.push({ name, unit, status: "done", detail: "", fused, composed, ratio });
    },
    skip(about, reason = OUT_OF_TIME) {
      measurements.push({ ...about, unit: "", status: "skipped", detail: reason, value: null });
    },
    skipCheck(about, reason) {
      checks.push({ ...about, status: "skipped", detail: reason, seconds: 0 });
    },
    fail(about, error) {
      checks.push({ ...about, status: "failed", detail: messageOf(error), seconds: 0 });
    },
  };
}
