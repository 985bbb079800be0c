/**
 * Small random decoders of every text-only architecture against what transformers and torch autograd give for them: likelihoods,
 * logits, attributions, and greedy tokens by every way to write. The same suite runs on the cpu backend in Node and on WebGPU
 * in a browser.
 *
 * `text-references.json` is written by `python -m training.text_reference`; the weights are made here.
 */
import "../../models/testing/every-architecture.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Statistics } from "../../core/statistics.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { uniqueTensors } from "../../models/architectures/weight-slots.ts";
import { randomWeights } from "../../models/testing/random-weights.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Backend } from "../../runtime/backend.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { generateBatch, type WayToWrite } from "../generate/generate.ts";
import { createModel, defineModel } from "../load/create-model.ts";
import { denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { excess } from "./oracle-suite.ts";
import configs from "./text-reference-configs.json" with { type: "json" };
import references from "./text-references.json" with { type: "json" };

/** One entry of text-references.json. */
interface TextReference {
  readonly weight_hash: string;
  readonly window: number;
  readonly batch_size: number;
  readonly samples: readonly { readonly prompt: number[]; readonly trace: number[]; readonly pivots: number[] }[];
  /** Behind the third sample's prompt. */
  readonly last_logits: readonly number[];
  readonly nll: readonly (readonly number[])[];
  /** Continuations of the second and third sample's prompts. */
  readonly greedy: readonly (readonly number[])[];
  readonly attribution_global: Readonly<Record<string, readonly number[]>>;
  readonly attribution_pivot: Readonly<Record<string, readonly number[]>>;
}

type Name = keyof typeof configs;

/** Their config.json, and the weights that the references were computed from. */
export function textReferenceFiles(name: Name) {
  const config = JSON.stringify(configs[name]);
  const tensors = uniqueTensors(defineModel(parseModelConfig(config))).map(({ tensor, shape }) => ({
    name: tensor,
    shape,
  }));
  return { config, weights: randomWeights(tensors) };
}

/** Declares the suite; call it inside a `describe`. */
export function defineTextSuite(open: () => Promise<Backend>): void {
  describe.each(Object.keys(configs) as Name[])("%s", (name) => {
    const reference: TextReference = references[name];
    let model: Model;
    let masks: MaskSet;
    const samples: PreparedSample[] = reference.samples.map((sample) => ({ ...sample, frames: [] }));

    beforeAll(async () => {
      const { config, weights } = textReferenceFiles(name);
      model = await createModel(await open(), parseModelConfig(config), new SafetensorsFile(weights));
      masks = createMasks(model, null);
    }, 120_000);
    afterAll(async () => {
      masks?.release();
      await model?.backend.dispose();
    });

    it("has the weights that the numbers were computed from", () => {
      expect(model.weightHash).toBe(reference.weight_hash);
    });

    it("gives the reference's logits and likelihoods", async () => {
      const [, , third] = samples;
      if (!third) throw new Error("There is a third sample.");
      const batch = createBatch([{ ...third, trace: [], pivots: [] }], null);
      const logits = await traceLogits(model, batch, masks, undefined, Int32Array.of(batch.tokens - 1));
      expect(excess(await model.backend.read(logits), reference.last_logits)).toBeLessThan(1);
      model.backend.release(logits);
      for (const [index, sample] of samples.entries()) {
        const states = await denseTraceStates(model, sample, masks);
        const { denseNll } = await evaluateSample(model, sample, masks, states);
        expect(excess(denseNll, reference.nll[index] ?? [])).toBeLessThan(1);
        model.backend.release(states);
      }
    }, 120_000);

    it("gives the reference's attributions", async () => {
      const statistics: Statistics = await calibrate(model, {
        samples,
        batchSize: reference.batch_size,
        window: reference.window,
        batchesPerRun: 2,
        signal: undefined,
        onProgress: undefined,
      });
      const perUnit = (byKey: Readonly<Record<string, readonly number[]>>) =>
        model.layout.modules.flatMap(({ key }) => byKey[key] ?? []);
      expect(excess(statistics.attributionGlobal, perUnit(reference.attribution_global))).toBeLessThan(1);
      expect(excess(statistics.attributionPivot, perUnit(reference.attribution_pivot))).toBeLessThan(1);
    }, 300_000);

    it.each<WayToWrite>(["layers", "fused", "whole"])(
      "writes the reference's tokens by %s",
      async (way) => {
        const requests = samples.slice(1, 3).map(({ prompt }) => ({
          input: { prompt, frames: [] },
          prefix: [],
          maximumTokens: reference.greedy[0]?.length ?? 0,
        }));
        const rest = { masks, stopIds: [], signal: undefined, way };
        const together = await generateBatch(model, { ...rest, samples: requests });
        expect(together.map(({ ids }) => ids)).toEqual(reference.greedy);
        for (const [index, request] of requests.entries()) {
          const [alone] = await generateBatch(model, { ...rest, samples: [request] });
          expect(alone?.ids).toEqual(reference.greedy[index]);
        }
      },
      300_000,
    );
  });
}
