/**
 * Models, methods, pictures, questions, ratios and constants are changed in every order; whatever the state shows must have
 * been computed from what its provenance says. The fake engine signs what it hands out: with the weights, the mask, the
 * question and the pixels that it was given.
 */
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type PrunedOf, prunedKey } from "../core/provenance.ts";
import { createRandom, type Random } from "../core/random.ts";
import type { SampleInput, TraceToken } from "../engine/contract.ts";
import type { FakeEngine } from "../engine/testing/fake-engine.ts";
import type { WorkbenchState } from "./shape.ts";
import { inputKey } from "./slices/input/input.ts";
import { REST, staleRatio } from "./slices/measurement/measurement.ts";
import { plannerOf } from "./slices/pruning/method.ts";
import { maskHash, planHash } from "./slices/pruning/plan-key.ts";
import { createHarness, type Harness } from "./testing/harness.ts";

const MODELS = ["fake", "other", "third"];
const METHODS = ["mucrasp", "wanda-sp", "flap", "random", "magnitude"];

interface Signature {
  readonly weights: string;
  /** Of the keep mask; null for the dense model. */
  readonly mask: string | null;
  readonly question: string;
  readonly pixels: string;
}

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const weightsOf = (model: string) => maskHash(new TextEncoder().encode(model));
const pixelsOf = (pixels: Uint8ClampedArray) => maskHash(new Uint8Array(pixels));

/** Lets an engine sign whatever it answers. */
function signing(fake: FakeEngine): void {
  const { load, generate, evaluate, calibrate } = fake;
  let model = "";
  const sign = (input: SampleInput, keep: Uint8Array | undefined): string =>
    JSON.stringify({
      weights: weightsOf(model),
      mask: keep ? maskHash(keep) : null,
      question: input.question,
      pixels: input.picture ? pixelsOf(input.picture.pixels) : "",
    } satisfies Signature);
  fake.load = async (source, options, call) => {
    const summary = await load(source, options, call);
    model = source.name;
    return { ...summary, weightHash: weightsOf(model) };
  };
  fake.generate = async (input, options, call) => {
    const signed = (token: TraceToken) => ({ ...token, text: sign(input, options.pruning?.keep) });
    const onProgress = (token: TraceToken) => call?.onProgress?.(signed(token));
    const trace = await generate(input, options, { ...call, onProgress });
    return { ...trace, tokens: trace.tokens.map(signed) };
  };
  fake.evaluate = async (input, trace, pruning, call) => {
    const measurement = await evaluate(input, trace, pruning, call);
    return { ...measurement, argmaxTexts: trace.map(() => sign(input, pruning.keep)) };
  };
  fake.calibrate = async (parameters, call) => {
    const statistics = await calibrate(parameters, call);
    const attributionGlobal = statistics.attributionGlobal.map((value) => value + 10 * MODELS.indexOf(model));
    return { ...statistics, attributionGlobal };
  };
}

/** What is wrong in a state, in sentences. */
function createWitness() {
  /** Pixels by the keys that the page gives its inputs. */
  const pictures = new Map<string, string>();
  const signature = (of: PrunedOf | null, text: string | undefined, dense: boolean): string[] => {
    if (of === null || text === undefined) return of === null ? ["something is shown that is nobody's"] : [];
    const found = JSON.parse(text) as Signature;
    const said = {
      weights: of.model.weightHash,
      mask: dense ? null : of.plan.hash.split("+")[0],
      question: of.input.question,
      pixels: pictures.get(of.input.key),
    };
    return JSON.stringify(found) === JSON.stringify(said) ? [] : [`signed ${text}, said ${JSON.stringify(said)}`];
  };
  return (state: WorkbenchState): string[] => {
    const { input, model, pruning, calibration, reasoning, measurement, curve, comparison } = state;
    const key = inputKey(input);
    if (key !== null && input.picture) pictures.set(key, pixelsOf(input.picture.picture.pixels));
    const wrong: string[] = [];
    const { frame, of } = pruning;
    if ((frame === null) !== (of === null)) wrong.push("a plan is nobody's, or nobody's plan is there");
    if (frame && of && model.summary) {
      if (planHash(frame) !== of.plan.hash) wrong.push("the plan is not the one that its name says");
      if (frame.reachedRatio !== of.plan.reached) wrong.push("the plan reached another ratio than it says");
      if (of.model.weightHash !== model.summary.weightHash) wrong.push("the plan is another model's");
      const planner = plannerOf(of.plan.method, model.summary.layout, calibration, of.plan.parameters);
      const again = planner?.(of.plan.asked);
      if (again && planHash(again) !== of.plan.hash) wrong.push("the plan does not follow from what it names");
    }
    const dense = reasoning.of as PrunedOf | null;
    for (const { text } of reasoning.tokens) wrong.push(...signature(dense, text, true));
    if (dense && dense.model.weightHash !== model.summary?.weightHash && model.status === "ready") {
      wrong.push("the words are another model's");
    }
    const { shown } = measurement;
    if (shown) {
      wrong.push(...signature(shown.of, shown.measurement.argmaxTexts[0], false));
      for (const { text } of shown.answer?.prunedTokens ?? []) wrong.push(...signature(shown.of, text, false));
      if (shown.of.input.key !== dense?.input.key)
        wrong.push("what is measured is about another picture than the words");
      if (
        staleRatio(state) === null &&
        prunedKey(shown.of) !== (of && dense && prunedKey({ ...of, input: dense.input }))
      ) {
        wrong.push("an older result passes for the one at hand");
      }
    }
    for (const point of curve.points) {
      const { method, parameters, asked, hash } = point.of.plan;
      const made = JSON.stringify([method, parameters]);
      if (made !== JSON.stringify([of?.plan.method, of?.plan.parameters])) wrong.push("the curve is another plan's");
      if (asked === of?.plan.asked && hash !== of.plan.hash) wrong.push("the curve has another plan at this ratio");
      if (point.of.input.key !== dense?.input.key) wrong.push("the curve is about another picture than the words");
      const text = point.words?.text;
      if (text) wrong.push(...signature(point.of, text.slice(0, text.indexOf("}") + 1), false));
    }
    for (const { text } of comparison.dense.tokens) wrong.push(...signature(comparison.of, text, true));
    for (const { text } of comparison.pruned.tokens) wrong.push(...signature(comparison.of, text, false));
    return wrong;
  };
}

/** What somebody may do next. */
function steps({ workbench: { actions, store } }: Harness, random: Random): readonly (() => unknown)[] {
  const one = <Value>(values: readonly Value[]): Value => values[random.integer(values.length)] as Value;
  const source = (name: string) => ({ kind: "address", name, url: `http://page/models/${name}/` }) as const;
  return [
    () => actions.pruning.setRatio(random.integer(71) / 100),
    () => actions.pruning.setRatio(one([0, 0.2, 0.4, 0.6])),
    () => actions.pruning.setMethod(one(METHODS)),
    () => actions.pruning.setParameter("window", one([1, 2, 3])),
    () => actions.pruning.setParameter("gammaScale", one([0, 0.5])),
    () => actions.input.chooseExample(one(store.getState().input.examples.map(({ id }) => id))),
    () => actions.input.ask(one(["How many?", "Is it red?", "Why?"])),
    () => actions.model.load(source(one(MODELS)), store.getState().model.wish),
    () => actions.calibration.start(),
    () => actions.calibration.cancel(),
    () => actions.comparison.start(),
    () => actions.comparison.cancel(),
    () => actions.reasoning.cancel(),
    () => actions.reasoning.start(),
    () => harness.elapse(REST),
    () => harness.elapse(10 * REST),
    () => harness.elapse(REST),
    () => harness.elapse(REST),
  ];
}

describe("whatever is done in whatever order", () => {
  it.each([1, 2, 3, 4, 5, 6])("everything shown is what its provenance says (order %i)", async (seed) => {
    harness = createHarness();
    harness.onEngine = signing;
    const random = createRandom(seed);
    const witness = createWitness();
    const wrong = new Set<string>();
    const seen = { measured: new Set<string>(), models: new Set<string>(), compared: 0, onCurves: 0 };
    const history: string[] = [];
    harness.workbench.store.subscribe((state) => {
      for (const sentence of witness(state)) wrong.add(`${sentence}; after ${history.slice(-4).join(" | ")}`);
      const { shown } = state.measurement;
      if (shown) seen.measured.add(prunedKey(shown.of));
      if (shown) seen.models.add(shown.of.model.name);
      seen.onCurves = Math.max(seen.onCurves, state.curve.points.length);
      if (state.comparison.pruned.tokens.length > 0) seen.compared += 1;
    });
    void harness.workbench.open();
    const seenEnough = () => seen.measured.size > 5 && seen.models.size > 1 && seen.onCurves > 0;
    // On a busy machine the engines come less far in as many steps.
    for (let count = 0; count < 400 || (count < 4000 && !seenEnough()); count++) {
      const possible = steps(harness, random);
      const step = possible[random.integer(possible.length)];
      history.push(String(step).slice(6));
      void step?.();
      // Sometimes at once, sometimes after others have got some way.
      const pause = random.next() < 0.5 ? 0 : Math.floor(random.next() ** 2 * 60);
      for (let turn = 0; turn < pause; turn++) await setImmediate();
    }
    expect([...wrong]).toEqual([]);
    expect(seen.measured.size).toBeGreaterThan(5);
    expect(seen.onCurves).toBeGreaterThan(0);
    expect(seen.models.size).toBeGreaterThan(1);
  });
});
