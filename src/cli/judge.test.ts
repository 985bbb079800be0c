import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

interface Listed {
  readonly family: string;
  readonly trace: string;
  readonly scene: readonly unknown[];
}

describe("scenes and judge", () => {
  const folder = useTemporaryFolder();
  let file: string;
  let samples: Listed[];

  const scenes = (...args: string[]) => runCaptured(["scenes", "--seed", "3", ...args]);
  const judge = async (traces: unknown) =>
    runCaptured(["judge", "--samples", file, "--traces", await folder.write("traces.json", { traces })]);

  beforeAll(async () => {
    file = folder.path("samples.json");
    expect(await scenes("--count", "12", "--split", "evaluation", "--out", file)).toEqual({
      ...{ code: 0, output: "", errors: "" },
    });
    samples = JSON.parse(await readFile(file, "utf8")).samples;
  });

  it("writes a list of samples with their scenes, families in turn", () => {
    expect(samples).toHaveLength(12);
    expect(samples.slice(0, 3).map(({ family }) => family)).toEqual(["physical", "quantitative", "commonsense"]);
    expect(samples[0]?.scene.length).toBeGreaterThan(1);
  });

  it("writes the same samples and their pictures into a folder", async () => {
    const { code } = await scenes("--count", "12", "--split", "evaluation", "--out", folder.path("data"));
    expect(code).toBe(0);
    const lines = (await readFile(folder.path("data/scenes.jsonl"), "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).samples[0].trace)).toEqual(samples.map(({ trace }) => trace));
    expect((await readFile(folder.path("data/pictures.rgb"))).length).toBe(12 * 96 * 96 * 3);
    expect(JSON.parse(await readFile(folder.path("data/data.json"), "utf8"))).toEqual({
      ...{ version: 1, split: "evaluation", seed: 3, count: 12, size: 96 },
    });
  });

  it("finds every reference trace true and right", async () => {
    const { code, output } = await judge(samples.map(({ trace }) => trace));
    expect(code).toBe(0);
    const perfect = {
      exact_match: 1,
      all_true: 1,
      readable: 1,
      grounding: 10,
      hallucination: 0,
      coherence: 1,
      format: 1,
    };
    const result = JSON.parse(output);
    expect(result.all).toEqual({ samples: 12, ...perfect });
    expect(result.families.physical).toEqual({ samples: 4, ...perfect });
    expect(result.samples[0]).toMatchObject({ family: "physical", exact_match: true, faults: [] });
  });

  it("says what is wrong with traces that belong to other pictures", async () => {
    const { output } = await judge(samples.map((_, index) => samples[(index + 3) % 12]?.trace));
    const result = JSON.parse(output);
    expect(result.all.grounding).toBeLessThan(5);
    expect(result.all.all_true).toBe(0);
    expect(result.samples[0].faults[0]).toMatchObject({ verdict: "false", reason: expect.stringMatching(/\w/) });
  });

  it("measures no hallucination in what nobody can read", async () => {
    const ruin = await judge(samples.map((_, index) => (index % 2 === 0 ? "" : "the the ball red, Q 7 :: xx")));
    const result = JSON.parse(ruin.output);
    expect(result.all).toMatchObject({ readable: 0, grounding: 0, hallucination: null });
    expect(result.samples[1]).toMatchObject({ readable: false, grounding: null, hallucination: null });
    const half = await judge(samples.map(({ trace }, index) => (index < 6 ? trace : "")));
    expect(JSON.parse(half.output).all).toMatchObject({ readable: 0.5, grounding: 5, hallucination: 0 });
  });

  it.each<[string, () => Promise<{ code: number; errors: string }>, RegExp]>([
    ["too few traces", () => judge(["Step 1"]), /has 1 trace for 12 samples/],
    ["no list", () => judge("none"), /traces\.json: "traces" is the string "none"; a list is needed/],
    ["neither model nor traces", () => runCaptured(["judge", "--samples", file]), /either --model or --traces/],
    [
      "a strange split",
      () => scenes("--count", "1", "--split", "test", "--out", file),
      /split: found "test"; there are/,
    ],
    ["half a scene", () => scenes("--count", "0.5", "--out", file), /count: found 0.5, expected a whole number/],
  ])("names %s", async (_, run, message) => {
    const { code, errors } = await run();
    expect(code).toBe(1);
    expect(errors).toMatch(message);
  });

  it("asks for scenes where samples have pictures", async () => {
    const other = await folder.write("other.json", { samples: [{ question: "Why?", image: "a.png" }] });
    const { errors } = await runCaptured(["judge", "--samples", other, "--traces", other]);
    expect(errors).toMatch(/samples\[0\] has no scene to judge by/);
  });
});
