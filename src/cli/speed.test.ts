/** `speed` on the bundled model: what is counted is exact, what is timed is there. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");
const ask = ["speed", "--model", model, "--question", "Which object is lowest?"];

interface Figures {
  readonly parameters: number;
  readonly weight_bytes: number;
  readonly cache_bytes: number;
  readonly peak_bytes: number;
  readonly file_bytes_16_bit: number;
  readonly decode_tokens_per_second: { readonly median: number; readonly lowest: number; readonly highest: number };
  readonly ideal_per_token: { readonly bytes: number; readonly operations: number };
}

describe("speed", () => {
  const folder = useTemporaryFolder();

  it("counts what the dense and the sliced model hold and read, and times both", async () => {
    const plan = folder.path("plan.json");
    const statistics = join(model, "statistics.safetensors");
    const made = await runCaptured(
      ["plan", "--model", model, "--statistics", statistics, "--ratio", "0.5"].concat([
        "--set",
        "roundWidths=32",
        "--set",
        "evenWidths=on",
        "--out",
        plan,
      ]),
    );
    expect(made).toEqual({ code: 0, output: "", errors: "" });
    const keep: Record<string, number[]> = JSON.parse(await readFile(plan, "utf8")).keep;
    const kept = (kind: string) => [0, 5, 11].map((layer) => keep[`text.${layer}.${kind}`]?.filter(Boolean).length);
    // Even and rounded: 96 of 384 neurons, and every group, in each of twelve layers.
    expect([kept("mlp"), kept("attn")]).toEqual([Array(3).fill(96), Array(3).fill(4)]);

    const captured = await runCaptured([...ask, "--plan", plan, "--runs", "2", "--tokens", "5"]);
    expect(captured).toMatchObject({ code: 0, errors: "" });
    const { points, dense_trace, ...about } = JSON.parse(captured.output);
    expect(about).toMatchObject({ model: "scenes", backend: "cpu", precision: "float32" });
    expect(dense_trace.tokens).toBeGreaterThan(1);
    expect(points).toHaveLength(1);
    const [point] = points;
    expect(point).toMatchObject({
      plan: { method: "mucrasp", round_widths: "32", even_widths: "on" },
      ...{ decoded_tokens: 4, runs: 2 },
    });
    // Width 128, 8 query and 4 key/value heads of 16, 640 words; behind the first token T is prompt + 2.5 on average.
    const attention = 2 * 128 * 128 + 2 * 64 * 128;
    const matrices = (neurons: number) => 12 * (attention + 3 * 128 * neurons) + 640 * 128;
    const context = point.prompt_tokens + 2.5;
    const check = (figures: Figures, neurons: number) => {
      expect(figures.ideal_per_token).toEqual({
        bytes: 4 * (matrices(neurons) + 25 * 128) + 12 * 4 * 16 * 8 * context,
        operations: 2 * matrices(neurons) + 4 * 12 * 8 * 16 * context,
      });
      expect(figures.cache_bytes).toBe(12 * 4 * 16 * 8 * (point.prompt_tokens + 4));
      expect(figures.weight_bytes).toBe(4 * figures.parameters);
      expect(figures.file_bytes_16_bit).toBe(2 * figures.parameters);
      expect(figures.peak_bytes).toBeGreaterThan(figures.weight_bytes);
      const { median, lowest, highest } = figures.decode_tokens_per_second;
      expect(lowest).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(lowest);
      expect(highest).toBeGreaterThanOrEqual(median);
    };
    check(point.dense, 384);
    check(point.sliced, 96);
    expect(point.times_as_fast.decode_by_bytes).toBe(
      point.dense.ideal_per_token.bytes / point.sliced.ideal_per_token.bytes,
    );
    expect(point.trace.tokens).toBeGreaterThan(0);
  }, 120_000);

  it("refuses to time nothing, before it loads the model", async () => {
    const elsewhere = ["speed", "--model", "/nowhere", "--question", "Why?"];
    expect(await runCaptured(elsewhere)).toMatchObject({
      code: 1,
      output: "",
      errors: expect.stringMatching(/--plan/),
    });
    const one = await runCaptured([...elsewhere, "--plan", "plan.json", "--tokens", "1"]);
    expect(one).toMatchObject({ code: 1, output: "", errors: expect.stringMatching(/tokens/) });
  });
});
