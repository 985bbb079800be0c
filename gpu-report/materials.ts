/** What models are measured on: pictures, questions and traces, the same on every machine. */
import { defaultPivotParameters } from "../src/core/pivots.ts";
import type { PreparedInput, PreparedSample } from "../src/engine/pass/batch.ts";
import type { Session } from "../src/engine/session.ts";
import random256m from "../src/engine/testing/random-256m.json" with { type: "json" };
import { compareWithReference, referencePicture } from "../src/engine/testing/random-reference.ts";
import scenesReference from "../src/engine/testing/scenes-reference.json" with { type: "json" };
import { drawScene, MODEL_PICTURE_SIZE } from "../src/scenes/draw/draw-scene.ts";
import { parseScene } from "../src/scenes/scene-json.ts";
import { checkAgainstTransformers } from "./check-bundled.ts";
import type { Verdict } from "./recorder.ts";

export interface Material {
  readonly name: string;
  /** Checkpoint folder on this disk. */
  readonly folder: string;
  /** Tokens to write at most. */
  readonly tokens: number;
  readonly repeats: number;
  /** What is written about, and samples to calibrate on. */
  prepare(
    session: Session,
    signal: AbortSignal,
  ): Promise<{ readonly input: PreparedInput; readonly samples: readonly PreparedSample[] }>;
  /** Compares the model with transformers; null where there are no numbers of transformers. */
  readonly check: ((session: Session, signal: AbortSignal) => Promise<Verdict>) | null;
}

const { evaluation } = scenesReference;

/** The scene of one of the bundled model's references, drawn as the model takes it. */
async function sceneInput(session: Session, index: number): Promise<PreparedInput> {
  const reference = evaluation[index % evaluation.length];
  const size = session.model.definition.vision?.imageSize ?? MODEL_PICTURE_SIZE;
  const picture = session.summary.vision ? drawScene(parseScene(reference?.objects, "scene"), size) : null;
  return session.prepareInput({ picture, question: reference?.question ?? "" });
}

/** The bundled model on the eight scenes that transformers has written about. */
export function bundledMaterial(folder: string): Material {
  return {
    ...{ name: "bundled model", folder, tokens: 64, repeats: 9 },
    async prepare(session) {
      const samples: PreparedSample[] = [];
      for (const [index, { trace_ids: trace, pivots }] of evaluation.entries()) {
        samples.push({ ...(await sceneInput(session, index)), trace, pivots });
      }
      return { input: await sceneInput(session, 0), samples };
    },
    check: (session, signal) =>
      checkAgainstTransformers(session, evaluation, (index) => sceneInput(session, index), signal),
  };
}

const LARGE = { tokens: 48, repeats: 5 };

/** Every eighth token as a pivot, as many as reasoning about has. */
const pivotsOf = (trace: readonly number[]) => trace.map((_, place) => place).filter((place) => place % 8 === 4);

/** How far the best of two logits is ahead where half precision may take the second, in nats (project decision). */
const TIE = 0.25;

/** Random weights in SmolVLM-256M's shape, on the prompt and picture of the reference that transformers computed. */
export function random256mMaterial(folder: string): Material {
  const prepare = (session: Session, trace: readonly number[]) => {
    const size = session.model.definition.vision?.imageSize ?? 0;
    const pixels = { pixelValues: referencePicture(size), pixelShape: [1, 3, size, size] } as const;
    const { prompt } = random256m;
    const noPictures = () => Promise.reject(new Error("A sample of token ids names no picture."));
    const sample = { kind: "tokens", ...pixels, prompt, trace, pivots: pivotsOf(trace) } as const;
    return session.prepareSample(sample, noPictures, defaultPivotParameters());
  };
  return {
    ...{ ...LARGE, name: "SmolVLM-256M's shape, random weights", folder },
    async prepare(session) {
      const sample = await prepare(session, random256m.tokens);
      return { input: sample, samples: [sample, sample] };
    },
    async check(session, signal) {
      const { largestDifference, otherArgmax, equalTokens } = await compareWithReference(session, random256m, signal);
      const tokens = random256m.tokens.length;
      // Random weights have near ties, of which half precision may take the other (`rounding-ties.ts` in src/engine/measure).
      const lead =
        session.summary.precision === "float16" ? (random256m.leads[equalTokens] ?? 0) : Number.POSITIVE_INFINITY;
      const sameText = equalTokens === tokens || lead < TIE;
      return {
        passed: largestDifference < 2e-3 && otherArgmax === 0 && sameText,
        detail: `transformers' logits within ${largestDifference.toPrecision(2)} of at most 2e-3, ${equalTokens} of ${tokens} tokens equal`,
      };
    },
  };
}

/** Any checkpoint on a scene, with what it writes about it itself. */
export function folderMaterial(folder: string, name: string): Material {
  return {
    ...{ ...LARGE, name, folder },
    async prepare(session, signal) {
      const input = await sceneInput(session, 0);
      const { ids } = await session.generate(input, { maximumTokens: LARGE.tokens, signal });
      const sample = { ...input, trace: ids, pivots: pivotsOf(ids) };
      return { input, samples: [sample, sample] };
    },
    check: null,
  };
}
