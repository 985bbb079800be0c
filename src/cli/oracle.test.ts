/** The commands one after another on files, against reference numbers that transformers and torch autograd give. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { excess } from "../engine/testing/oracle-suite.ts";
import { describeWithShared, readSharedJson } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

interface Expected {
  readonly samples: readonly { readonly trace: readonly number[] }[];
  readonly dense: { readonly nll: readonly (readonly number[])[] };
  readonly attribution_global: Record<string, number[]>;
  readonly attribution_pivot: Record<string, number[]>;
  readonly cmds: Record<string, number>;
  readonly sens: Record<string, number>;
  readonly unit_cost: Record<string, number>;
  readonly plans: readonly {
    readonly ratio: number;
    readonly reached: number;
    readonly value: Record<string, number[]>;
    readonly keep: Record<string, number[]>;
    readonly kl_per_token: readonly (readonly number[])[];
  }[];
}

/** Numbers of both records in one order; NaN, which no tolerance allows, where a key is absent. */
function aligned(actual: Record<string, number[] | number>, expected: Record<string, number[] | number>) {
  const keys = Object.keys(expected);
  return [
    keys.flatMap((key) => actual[key] ?? Number.NaN),
    keys.flatMap((key) => expected[key] ?? Number.NaN),
  ] as const;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describeWithShared("the command line against reference numbers", (shared) => {
  const model = join(shared, "oracles", "idefics3-a");
  const samples = join(model, "expected.json");
  const expected = readSharedJson<Expected>(model, "expected.json");
  const folder = useTemporaryFolder();

  const run = async (...args: string[]) => {
    const out = folder.path(`${args[0]}-${args.length}-${args.at(-1)?.replaceAll("/", "-")}.json`);
    const { code, output, errors } = await runCaptured([...args, "--out", out]);
    expect({ code, output, errors }).toEqual({ code: 0, output: "", errors: "" });
    return { file: out, result: JSON.parse(await readFile(out, "utf8")) };
  };
  const planAt = (ratio: number) =>
    run("plan", "--model", model, "--statistics", folder.path("statistics.json"), "--ratio", `${ratio}`);

  beforeAll(async () => {
    const { result } = await run("statistics", "--model", model, "--samples", samples);
    await folder.write("statistics.json", result);
  }, 120_000);

  it("statistics gives the reference's attributions, signals and costs", async () => {
    const found = JSON.parse(await readFile(folder.path("statistics.json"), "utf8"));
    for (const name of ["attribution_global", "attribution_pivot", "cmds", "sens"] as const) {
      expect(Object.keys(found[name]).sort()).toEqual(Object.keys(expected[name]).sort());
      expect(excess(...aligned(found[name], expected[name])), name).toBeLessThan(1);
    }
    expect(found.unit_cost).toEqual(expected.unit_cost);
    expect(found.calibration).toEqual({ samples: 4, batches: 2, pivot_batches: 2 });
    expect(found.parameters).toMatchObject({ window: 8, batchSize: 2, minimumMarkers: 2 });
    expect(found.model).toBe("idefics3-a");
    expect(found.weight_hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([0.2, 0.4, 0.6])(
    "plan at %f keeps what the reference keeps, and evaluate finds its divergence",
    async (ratio) => {
      const reference = expected.plans.find((plan) => plan.ratio === ratio);
      if (!reference) throw new Error(`The reference has no plan at ${ratio}.`);
      const { file, result } = await planAt(ratio);
      expect(result.keep).toEqual(reference.keep);
      expect(excess(...aligned(result.value, reference.value))).toBeLessThan(1);
      expect(result.ratio.asked).toBe(ratio);
      expect(result.ratio.reached).toBeCloseTo(reference.reached, 12);

      const { result: measured } = await run("evaluate", "--model", model, "--samples", samples, "--plan", file);
      reference.kl_per_token.forEach((wanted, index) => {
        const kl: number[] = measured.samples[index].kl;
        expect(kl).toHaveLength(wanted.length);
        kl.forEach((value, token) => {
          expect(Math.abs(value - (wanted[token] ?? Number.NaN))).toBeLessThan(1e-4);
        });
      });
      expect(measured.kl.mean).toBeCloseTo(mean(reference.kl_per_token.flat()), 4);
      expect(measured.plan).toMatchObject({ method: "mucrasp", ratio: result.ratio });
      expect(measured.perplexity).not.toBe(measured.dense_perplexity);
    },
    120_000,
  );

  it("plan takes the reference's own statistics file as well, which does not say for which weights it is", async () => {
    const asked = ["plan", "--model", model, "--statistics", samples, "--ratio", "0.4"];
    expect(await runCaptured(asked)).toMatchObject({ code: 1, errors: expect.stringMatching(/for which weights/) });
    const { result } = await run(...asked, "--any-weights");
    expect(result.keep).toEqual(expected.plans.find((plan) => plan.ratio === 0.4)?.keep);
  });

  it("evaluate without a plan measures the dense model: its likelihoods, and no divergence at all", async () => {
    const { result } = await run("evaluate", "--model", model, "--samples", samples);
    expect(result.plan).toBeNull();
    expect(result.samples).toHaveLength(expected.samples.length);
    expected.dense.nll.forEach((nll, index) => {
      const sample = result.samples[index];
      expect(excess(sample.nll, nll)).toBeLessThan(1);
      expect(sample.kl).toEqual(nll.map(() => 0));
      expect(sample.trace).toEqual(expected.samples[index]?.trace);
    });
    expect(result.kl).toEqual({ mean: 0, median: 0, p95: 0, maximum: 0 });
    expect(result.tokens).toBe(expected.dense.nll.flat().length);
    expect(result.perplexity / Math.exp(mean(expected.dense.nll.flat()))).toBeCloseTo(1, 4);
    expect(result.perplexity).toBe(result.dense_perplexity);
  }, 120_000);
});
