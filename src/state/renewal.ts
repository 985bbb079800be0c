/**
 * The engine renewed beneath a job, in the job's own turn, so that nobody else sees it gone: after a loss of the device or the
 * worker, and where the platform stands a limited number of graph runs in one worker. The model is opened again from where
 * it came, and the job does again what it did, from what is kept of it.
 */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import type { ModelSummary } from "../engine/contract.ts";
import type { WorkerEngine } from "../engine/worker/client.ts";
import { type Context, requireEngine } from "./context.ts";
import { failureOf, isCancelled } from "./failure.ts";

type RenewalContext = Pick<Context, "engine" | "get" | "patch" | "environment">;

/** Losses in a row that a job goes on after, without having come further between them. */
export const LOSSES_WITHOUT_PROGRESS = 2;

/** Thrown by a job's work that wants to go on in a new worker. */
export class RenewalDue extends Error {}

/** The loss of the engine that an error tells of; null where it is something else. */
function lossOf({ engine }: Pick<Context, "engine">, error: unknown): PivotscopeError | null {
  if (isCancelled(error) || error instanceof RenewalDue) return null;
  const closed = engine.current?.failure ?? null;
  if (closed) return closed;
  return error instanceof PivotscopeError && error.code === "device-lost" ? error : null;
}

/** Graph runs after which the worker at hand is to be renewed; null where it never is. */
export function runsPerWorker({ get, environment }: Pick<Context, "get" | "environment">): number | null {
  const { summary } = get().model;
  return summary && environment.runsPerWorker(summary.backend);
}

/** The engine for a turn that begins. @throws as `requireEngine`, and what opening the model again throws. */
export async function engineForTurn(context: RenewalContext): Promise<WorkerEngine> {
  const engine = requireEngine(context);
  const limit = runsPerWorker(context);
  if (limit === null || engine.failure || (await engine.countRuns()) < limit) return engine;
  try {
    return await renewEngine(context);
  } catch (error) {
    noteUnopened(context, error);
    throw error;
  }
}

/** Opens the model at hand again in a new worker, within the turn of whoever calls. */
async function renewEngine({ engine, get, patch, environment }: RenewalContext): Promise<WorkerEngine> {
  const { source, options, summary } = get().model;
  if (!source) throw new PivotscopeError("busy", "No model is loaded yet.", "Wait until the model has loaded.");
  engine.current?.terminate();
  const fresh = environment.createEngine();
  engine.current = fresh;
  const opened = await fresh.load(source, options);
  if (!summary || !sameModel(summary, opened)) patch("model", { summary: opened });
  if (summary && opened.weightHash !== summary.weightHash) {
    throw new PivotscopeError("cancelled", "Cancelled: the model's files have changed.");
  }
  return fresh;
}

/** The model could not be opened again; where another one was opened meanwhile, that is cancelled and no news. */
function noteUnopened({ patch }: RenewalContext, error: unknown): void {
  if (!isCancelled(error)) patch("model", { status: "lost", failure: failureOf(error) });
}

/** Whether the page shows the same of both: what follows a new summary need not follow this one. */
function sameModel(before: ModelSummary, after: ModelSummary): boolean {
  const facts = ({ weightHash, backend, backendNote, precision, precisionNote, cacheNote }: ModelSummary) =>
    JSON.stringify([weightHash, backend, backendNote, precision, precisionNote, cacheNote]);
  return facts(before) === facts(after);
}

export interface RenewableWork<Result> {
  /** What is done, with each engine from the start or from what it has kept. May throw `RenewalDue`. */
  work(engine: WorkerEngine): Promise<Result>;
  /** A number that grows when the work has come further. */
  reached(): number;
  readonly signal: AbortSignal;
  /** Told why the engine is renewed; null: because it was time. */
  onRenewal(loss: PivotscopeError | null): void;
}

/**
 * Does work within a turn, with as many engines as it takes. A model that cannot be opened again is a loss like another.
 * @throws what the work throws; its loss, once there were more than `LOSSES_WITHOUT_PROGRESS` at one place.
 */
export async function withRenewal<Result>(context: RenewalContext, work: RenewableWork<Result>): Promise<Result> {
  const mayGoOn = createPatience(LOSSES_WITHOUT_PROGRESS);
  let engine: WorkerEngine | null = await engineForTurn(context);
  for (;;) {
    try {
      engine ??= await renewEngine(context);
      throwIfCancelled(work.signal);
      return await work.work(engine);
    } catch (error) {
      const loss = lossOf(context, error);
      const due = error instanceof RenewalDue;
      if (!due && !(loss && mayGoOn(work.reached()))) {
        if (engine === null) noteUnopened(context, error);
        throw error;
      }
      throwIfCancelled(work.signal);
      work.onRenewal(loss);
      engine = null;
    }
  }
}

/** Says whether work that has `reached` a place may go on after a loss there; it bears `limit` of them at one place. */
export function createPatience(limit: number): (reached: number) => boolean {
  let furthest = Number.NEGATIVE_INFINITY;
  let left = limit;
  return (reached) => {
    if (reached > furthest) left = limit;
    furthest = Math.max(furthest, reached);
    left -= 1;
    return left >= 0;
  };
}
