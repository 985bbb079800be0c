/**
 * Times the dense and the sliced model of a plan in turn, on an engine of whatever home: what else the machine does meets
 * both alike.
 */
import { throwIfCancelled } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import { tokenCost } from "../../core/speed/ideal.ts";
import { type SpeedPoint, speedFigures, speedGains } from "../../core/speed/speed.ts";
import type { Ratio } from "../../core/unit.ts";
import type { Engine, SampleInput, SpeedRun } from "../contract.ts";

export interface SpeedOrder {
  readonly input: SampleInput;
  readonly asked: Ratio;
  readonly reached: Ratio;
  readonly pruning: Pruning;
  /** Tokens that a run writes, and runs of each model. */
  readonly tokens: number;
  readonly runs: number;
  /** Longest reasoning of its own that the sliced model may write. */
  readonly longestTrace: number;
}

/** Steps of one plan: slicing, each run of each model, the sliced model's own reasoning. */
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
  const { input, asked, reached, pruning, tokens, runs, longestTrace } = order;
  const call = signal ? { signal } : {};
  const total = 2 * runs + 2;
  let done = 0;
  const step = () => {
    throwIfCancelled(signal);
    done += 1;
    onProgress?.({ done, total });
  };
  const { denseParameters, slicedParameters } = await engine.slice(pruning, {}, call).catch(async (error: unknown) => {
    // A worker may end what was cancelled here; what it refuses leaves as it is what was there.
    if (signal?.aborted) await engine.unslice();
    throw error;
  });
  try {
    step();
    const timed: Record<"dense" | "sliced", SpeedRun[]> = { dense: [], sliced: [] };
    for (let run = 0; run < runs; run++) {
      // Who goes first alternates, too.
      for (const weights of run % 2 === 0 ? (["dense", "sliced"] as const) : (["sliced", "dense"] as const)) {
        timed[weights].push(await engine.measureSpeed(input, { weights, tokens }, call));
        step();
      }
    }
    const trace = await engine.generate(
      input,
      { pruning: { ...pruning, weights: "sliced" }, maximumTokens: longestTrace },
      call,
    );
    step();
    const figures = { dense: figuresOf(timed.dense), sliced: figuresOf(timed.sliced) };
    return {
      ...{ asked, reached, runs, denseParameters, slicedParameters },
      promptTokens: timed.dense[0]?.promptTokens ?? 0,
      decodedTokens: timed.dense[0]?.decodedTokens ?? 0,
      ...figures,
      gains: speedGains(timed, figures),
      trace: { tokens: trace.tokens.length, ended: trace.finish === "stop" },
    };
  } finally {
    await engine.unslice();
  }
}

function figuresOf(runs: readonly SpeedRun[]) {
  const [first] = runs;
  return speedFigures(runs, (context) =>
    first ? tokenCost(first.shape, context) : { bytes: Number.NaN, operations: Number.NaN },
  );
}
