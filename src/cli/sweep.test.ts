/** The sweep commands: what they refuse, and one small sweep of the bundled model. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseDescription } from "../core/experiments/description.ts";
import type { ExperimentResult } from "../core/experiments/experiment.ts";
import { parseResult, serialiseResult } from "../core/experiments/result-json.ts";
import { cellWith, recordWith, resultWith, traceWith } from "../core/testing/experiments.ts";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");

async function complaintOf(...args: string[]): Promise<string> {
  const { code, output, errors } = await runCaptured(args);
  expect({ code, output }).toEqual({ code: 1, output: "" });
  expect(errors).not.toMatch(/\n\s+at /);
  return errors;
}

describe("sweep refuses", () => {
  const folder = useTemporaryFolder();
  const complaint = (...args: string[]) => complaintOf("sweep", "--model", model, ...args);

  it.each([
    [["sweep"], /missing: --model DIR/],
    [["sweep", "--model", "m", "--shard", "2"], /--shard takes I\/N; found "2"/],
    [["sweep", "--model", "m", "--ratios", "0,,1"], /--ratios takes numbers with commas between them; found ""/],
    [["sweep", "--model", "m", "--ratio", "0.4"], /--ratio belongs to --ablations/],
    [["sweep", "--model", "m", "--windows", "4", "--ablations"], /--ablations and --windows cannot stand together/],
    [["sweep", "--model", "m", "--description", "d", "--samples", "3"], /--description and --samples cannot/],
    [["sweep", "--model", "m", "--set", "allocation"], /NAME=VALUE/],
    [["sweep-merge"], /A file is missing/],
    [["sweep-table", "a", "b"], /Unexpected argument 'b'/],
    [["sweep-table", "--csv"], /A file is missing/],
  ])("%j with code 2", async (args, message) => {
    const { code, output, errors } = await runCaptured(args);
    expect({ code, output }).toEqual({ code: 2, output: "" });
    expect(errors).toMatch(message);
  });

  it("values that are not allowed, before the model is loaded", async () => {
    expect(await complaintOf("sweep", "--model", "/nowhere", "--ratios", "0,40")).toMatch(/ratios\[1\]: found 40/);
    expect(await complaintOf("sweep", "--model", "/nowhere", "--methods", "magic")).toMatch(/no method "magic"/);
    expect(await complaint("--samples", "0")).toMatch(/samples: found 0, expected a whole number of at least 1/);
    expect(await complaint("--windows", "0")).toMatch(/size: found 0/);
    expect(await complaint("--ablations", "--ratio", "2")).toMatch(/ratios\[0\]: found 2/);
    expect(await complaint("--shard", "3/2")).toMatch(/shard: found 3\/2/);
    expect(await complaint("--set", "allocation=fair")).toMatch(
      /allocation: found "fair", expected one of own, budget/,
    );
    expect(await complaint("--set", "gamma=1")).toMatch(/gamma: there is no such parameter/);
    expect(await complaint("--out", folder.path("no/where.json"))).toMatch(/no does not exist/);
    expect(await complaint("--keep", model)).toMatch(/is a folder/);
  });

  it("files that are absent, broken or of something else", async () => {
    expect(await complaintOf("sweep", "--model", "/nowhere")).toMatch(/config\.json is not in nowhere/);
    expect(await complaint("--description", "/nowhere.json")).toMatch(/\/nowhere\.json does not exist/);
    const odd = await folder.write("odd.json", { version: 1, kind: "sweep", series: [], ratios: [0.4] });
    expect(await complaint("--description", odd)).toMatch(
      /odd\.json: series: found \[\], expected a list of 1 to 32 entries/,
    );
    expect(await complaint("--keep", await folder.write("kept.json", "{}"))).toMatch(/kept\.json: version is missing/);
    expect(await complaint("--statistics", "/nowhere.json")).toMatch(/\/nowhere\.json does not exist/);
  });
});

describe("sweep-merge and sweep-table", () => {
  const folder = useTemporaryFolder();
  const part = (samples: readonly number[]): ExperimentResult =>
    resultWith(
      samples.map((sample) => traceWith(sample, { family: sample % 2 === 0 ? "physical" : "quantitative" })),
      [
        cellWith(
          "dense",
          samples.map((sample) => recordWith(sample, { judge: 9 })),
        ),
        cellWith(
          "mucrasp@0.4",
          samples.map((sample) => recordWith(sample, { judge: sample })),
        ),
      ],
    );
  const written = (name: string, result: ExperimentResult) => folder.write(name, serialiseResult(result));

  it("put shards together and print them", async () => {
    const files = [await written("a.json", part([1, 3])), await written("b.json", part([0, 2]))];
    const merged = folder.path("merged.json");
    expect(await runCaptured(["sweep-merge", ...files, "--out", merged])).toEqual({ code: 0, output: "", errors: "" });
    expect(parseResult(await readFile(merged, "utf8"))).toEqual(part([0, 1, 2, 3]));

    const table = await runCaptured(["sweep-table", merged, "--ratio", "0.4"]);
    expect(table.output).toMatch(/Judge score.*9\.00 \[9\.00, 9\.00\].*1\.50 \[/);
    const family = await runCaptured(["sweep-table", merged, "--ratio", "0.4", "--family", "physical"]);
    expect(family.output).toMatch(/Judge score.*1\.00 \[/);
    const csv = await runCaptured(["sweep-table", merged, "--csv"]);
    expect(csv.output).toMatch(/^cell,series,[^\n]*\n/);
    expect(csv.output).toMatch(/\nmucrasp@0\.4,mucrasp,µCRASP,0\.4,0\.39,physical,judge,1,/);
  });

  it("refuse what does not belong together, and ratios and families that are not there", async () => {
    const one = await written("one.json", part([0]));
    const other = await written("other.json", { ...part([1]), samples: 7 });
    expect(await complaintOf("sweep-merge", one, other)).toMatch(/one\.json and .*other\.json differ in the number of/);
    expect(await complaintOf("sweep-merge", "/nowhere.json")).toMatch(/does not exist/);
    expect(await complaintOf("sweep-table", one)).toMatch(/no ratio is named.\nGive --ratio with one of 0, 0\.4/);
    expect(await complaintOf("sweep-table", one, "--ratio", "0.3")).toMatch(/ratio 0\.3 was not measured/);
    expect(await complaintOf("sweep-table", one, "--ratio", "0.4", "--family", "x")).toMatch(
      /no question family "x".\nUse one of physical/,
    );
  });
});

describe("a sweep of the bundled model", () => {
  const folder = useTemporaryFolder();
  const statistics = folder.path.bind(folder, "statistics.json");
  const small = () => [
    ...["sweep", "--model", model, "--statistics", statistics(), "--samples", "1", "--no-generate"],
    ...["--methods", "mucrasp,flap", "--ratios", "0,0.6"],
  ];

  beforeAll(async () => {
    const samples = join(model, "calibration.json");
    const args = ["statistics", "--model", model, "--samples", samples, "--limit", "2", "--out", statistics()];
    expect(await runCaptured(args)).toMatchObject({ code: 0 });
  }, 120_000);

  it("measures, keeps what is done, and goes on from it", async () => {
    const [out, keep] = [folder.path("out.json"), folder.path("keep.json")];
    const run = await runCaptured([...small(), "--keep", keep, "--out", out], { showProgress: true });
    expect({ code: run.code, output: run.output }).toEqual({ code: 0, output: "" });
    expect(run.errors).toMatch(/Measuring: FLAP at 60 %, \d+ of 15/);
    const result = parseResult(await readFile(out, "utf8"));
    expect(result.cells.map(({ cell }) => cell.id)).toEqual([
      ...["dense", "mucrasp@0", "mucrasp@0.6", "flap@0", "flap@0.6"],
    ]);
    expect(result.cells.every(({ records }) => records.length === 3)).toBe(true);
    const kl = result.cells.map(({ records }) => Math.max(...records.flatMap((record) => [...record.kl])));
    expect(kl.slice(0, 2)).toEqual([0, 0]);
    expect(kl[2]).toBeGreaterThan(0.001);
    expect(kl[4]).toBeGreaterThan(0.001);

    const again = await runCaptured([...small(), "--keep", keep], { showProgress: true });
    expect(again.output).toBe(await readFile(out, "utf8"));
    expect(again.errors).not.toContain("Measuring");
  }, 120_000);

  it("keeps what is done when it is stopped, and writes no result", async () => {
    const [out, keep] = [folder.path("stopped.json"), folder.path("stopped-keep.json")];
    const controller = new AbortController();
    const { code, errors } = await runCaptured([...small(), "--keep", keep, "--out", out], {
      signal: controller.signal,
      showProgress: true,
      onError: (text) => {
        if (text.includes("FLAP at 60 %")) controller.abort();
      },
    });
    expect({ code, end: errors.endsWith("Cancelled.\n") }).toEqual({ code: 130, end: true });
    await expect(readFile(out)).rejects.toThrow(/ENOENT/);
    const kept = parseResult(await readFile(keep, "utf8"));
    expect(kept.cells.map(({ records }) => records.length)).toEqual([3, 3, 3, 3, 0]);
  }, 120_000);

  it("writes the description that its options stand for", async () => {
    const { output } = await runCaptured([
      "sweep",
      "--model",
      model,
      "--ablations",
      "--set",
      "gammaScale=0.2",
      "--describe",
    ]);
    const description = parseDescription(output);
    expect(description).toMatchObject({ kind: "sweep", ratios: [0.4], samplesPerFamily: null, generate: true });
    if (description.kind !== "sweep") throw new Error("A sweep was asked for.");
    const { recommended } = JSON.parse(await readFile(join(model, "pivotscope.json"), "utf8"));
    expect(description.series[0]).toMatchObject({
      id: "full",
      parameters: { gammaScale: 0.2, window: recommended.window },
    });
    const file = await folder.write("described.json", output);
    const again = await runCaptured(["sweep", "--model", model, "--description", file, "--describe"]);
    expect(again.output).toBe(output);
  }, 60_000);
});
