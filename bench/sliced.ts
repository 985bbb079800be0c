/**
 * The dense model against the one that is left of it, sliced: both write the same number of tokens behind the same picture
 * and question, in turn. Which units stay is drawn; for speed only how many matters.
 */
import { createRandom } from "../src/core/random.ts";
import { rangeOf, type UnitLayout } from "../src/core/unit.ts";
import type { BackendKind, Engine, SampleInput, SpeedRun } from "../src/engine/contract.ts";
import type { ModelSource } from "../src/models/model-source.ts";
import { drawScene } from "../src/scenes/draw/draw-scene.ts";
import { parseScene } from "../src/scenes/scene-json.ts";
import { quantile } from "./statistics.ts";

export interface SlicedOptions {
  readonly backend: BackendKind;
  readonly source: ModelSource;
  /** Of the bundled evaluation set. */
  readonly scene: unknown;
  readonly question: string;
  /** Side of the picture. */
  readonly size: number;
  /** Share of every module's units that goes. */
  readonly ratio: number;
  readonly tokens: number;
  readonly repeats: number;
}

/** Every module loses `ratio` of its units, in every other layer rounded up, and keeps one at least. */
function drawnPruning(layout: UnitLayout, ratio: number) {
  const random = createRandom(7);
  const keep = new Uint8Array(layout.unitCount);
  for (const [index, { unitCount, layer }] of layout.modules.entries()) {
    const { first } = rangeOf(layout, index);
    const order = Array.from({ length: unitCount }, (_, unit) => [random.next(), unit] as const).sort();
    const kept = Math.max(1, Math.floor((1 - ratio) * unitCount + (layer % 2) / 2));
    for (const [, unit] of order.slice(0, kept)) keep[first + unit] = 1;
  }
  return { keep, meanInputs: null };
}

/** Median and quartiles of what each run gives. */
function spread(runs: readonly SpeedRun[], of: (run: SpeedRun) => number) {
  const values = runs.map(of);
  return { median: quantile(values, 0.5), quartiles: [quantile(values, 0.25), quantile(values, 0.75)] };
}

const decodeRate = ({ decodedTokens, decode }: SpeedRun) => (1000 * decodedTokens) / decode;

function summary(runs: readonly SpeedRun[]) {
  const [first] = runs;
  return {
    decodeTokensPerSecond: spread(runs, decodeRate),
    firstTokenMilliseconds: spread(runs, ({ firstToken }) => firstToken),
    ...(first && {
      promptTokens: first.promptTokens,
      weightBytes: first.weightBytes,
      copyBytes: first.copyBytes,
      cacheBytes: first.cacheBytes,
      peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
    }),
  };
}

export async function measureSliced(engine: Engine, options: SlicedOptions) {
  const { backend, source, ratio, tokens, repeats, size } = options;
  const { layout } = await engine.load(source, { backend });
  const input: SampleInput = {
    picture: drawScene(parseScene(options.scene, "scene"), size),
    question: options.question,
  };
  const start = performance.now();
  const sliced = await engine.slice(drawnPruning(layout, ratio), {});
  const sliceMilliseconds = performance.now() - start;
  const runs: Record<"dense" | "sliced", SpeedRun[]> = { dense: [], sliced: [] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const weights of ["dense", "sliced"] as const) {
      runs[weights].push(await engine.measureSpeed(input, { weights, tokens }));
    }
  }
  await engine.dispose();
  const [dense, narrow] = [summary(runs.dense), summary(runs.sliced)];
  return {
    sliceMilliseconds,
    parametersLeft: sliced.slicedParameters / sliced.denseParameters,
    dense,
    sliced: narrow,
    decodeRatio: narrow.decodeTokensPerSecond.median / dense.decodeTokensPerSecond.median,
    firstTokenRatio: dense.firstTokenMilliseconds.median / narrow.firstTokenMilliseconds.median,
  };
}
