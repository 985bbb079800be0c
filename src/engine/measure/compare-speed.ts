/**
 * Times the dense and the sliced model of a plan in turn, on an engine of whatever home: what else the machine does meets
 * both alike. A plan with width options is timed beside the method's own, too.
 */
import { throwIfCancelled } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import { tokenCost } from "../../core/speed/ideal.ts";
import {
  type OwnWidths,
  type SpeedFigures,
  type SpeedPoint,
  speedFigures,
  speedGains,
  type TraceLength,
} from "../../core/speed/speed.ts";
import type { Ratio } from "../../core/unit.ts";
import type { Engine, SampleInput, SliceSummary, SpeedRun } from "../contract.ts";

export interface SpeedOrder {
  readonly input: SampleInput;
  readonly asked: Ratio;
  readonly reached: Ratio;
  readonly pruning: Pruning;
  /** The same plan without its width options; null or absent where it has none. */
  readonly own?: { readonly pruning: Pruning; readonly reached: Ratio } | null;
  /** Tokens that a run writes, and runs of each model. */
  readonly tokens: number;
  readonly runs: number;
  /** Longest reasoning of its own that the sliced model may write. */
  readonly longestTrace: number;
}

/** Steps of one plan: each slicing, each run of each model, each sliced model's own reasoning. */
export interface SpeedProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * The sliced weights are given back in the end, whatever happens; a sliced model that was there before is given back at once.
 * @throws PivotscopeError `cancelled`, and as `Engine.slice` and `Engine.measureSpeed`.
 */
export async function compareSpeed(
  engine: Pick<Engine, "slice" | "unslice" | "measureSpeed" | "generate">,
  order: SpeedOrder,
  {
    signal,
    onProgress,
  }: { readonly signal?: AbortSignal; readonly onProgress?: (progress: SpeedProgress) => void } = {},
): Promise<SpeedPoint> {
  const { input, asked, reached, pruning, own = null, tokens, runs, longestTrace } = order;
  const call = signal ? { signal } : {};
  // The engine has one sliced model at a time: with two, each round begins with the one that the last round ended with.
  const total = own ? 4 * runs + 3 : 2 * runs + 2;
  let done = 0;
  const step = () => {
    throwIfCancelled(signal);
    done += 1;
    onProgress?.({ done, total });
  };
  const known = new Map<Pruning, Written>();
  const holds: { at: Pruning | null } = { at: null };
  /** The sliced weights themselves write their reasoning, as soon as they are there for the first time. */
  const hold = async (wanted: Pruning): Promise<void> => {
    if (holds.at === wanted) return;
    const summary = await engine.slice(wanted, {}, call);
    holds.at = wanted;
    step();
    if (known.has(wanted)) return;
    const options = { pruning: { ...wanted, weights: "sliced" }, maximumTokens: longestTrace } as const;
    const { tokens: written, finish } = await engine.generate(input, options, call);
    known.set(wanted, { summary, trace: { tokens: written.length, ended: finish === "stop" } });
    step();
  };
  try {
    await hold(pruning);
    const timed: Record<"dense" | "sliced" | "own", SpeedRun[]> = { dense: [], sliced: [], own: [] };
    const turns = [
      { model: "dense", by: null },
      { model: "sliced", by: pruning },
      ...(own ? [{ model: "own", by: own.pruning } as const] : []),
    ] as const;
    for (let run = 0; run < runs; run++) {
      // Who goes first alternates, too.
      for (const { model, by } of run % 2 === 0 ? turns : turns.toReversed()) {
        if (by) await hold(by);
        timed[model].push(await engine.measureSpeed(input, { weights: by ? "sliced" : "dense", tokens }, call));
        step();
      }
    }
    const figures = { dense: figuresOf(timed.dense), sliced: figuresOf(timed.sliced) };
    const found = known.get(pruning);
    const ownFound = own && known.get(own.pruning);
    return {
      ...{ asked, reached, runs },
      denseParameters: found?.summary.denseParameters ?? Number.NaN,
      slicedParameters: found?.summary.slicedParameters ?? Number.NaN,
      promptTokens: timed.dense[0]?.promptTokens ?? 0,
      decodedTokens: timed.dense[0]?.decodedTokens ?? 0,
      ...figures,
      gains: speedGains(timed, figures),
      trace: found?.trace ?? { tokens: 0, ended: false },
      own: own && ownFound ? ownWidths(own.reached, ownFound, timed, figures.sliced) : null,
    };
  } finally {
    // A worker may end what was cancelled in the first slicing; where that is refused, what was there stays.
    if (holds.at !== null || signal?.aborted) await engine.unslice();
  }
}

interface Written {
  readonly summary: SliceSummary;
  readonly trace: TraceLength;
}

function ownWidths(
  reached: Ratio,
  { summary, trace }: Written,
  timed: { readonly own: readonly SpeedRun[]; readonly sliced: readonly SpeedRun[] },
  sliced: SpeedFigures,
): OwnWidths {
  const figures = figuresOf(timed.own);
  return {
    ...{ reached, figures, trace },
    parameters: summary.slicedParameters,
    gains: speedGains({ dense: timed.own, sliced: timed.sliced }, { dense: figures, sliced }),
  };
}

function figuresOf(runs: readonly SpeedRun[]) {
  const [first] = runs;
  return speedFigures(runs, (context) =>
    first ? tokenCost(first.shape, context) : { bytes: Number.NaN, operations: Number.NaN },
  );
}
