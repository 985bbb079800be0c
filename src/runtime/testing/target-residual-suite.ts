/** The graph's softmax − onehot against float64 where the model is sure of its token. Runs on either backend. Tests only. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { GraphBuilder } from "../../graph/graph.ts";
import { targetResidual } from "../../graph/operations/normalise.ts";
import { randomFloats } from "../../testing/random.ts";
import { type Backend, output } from "../backend.ts";
import { exactResidual, largestError, softmaxOf } from "./exact-residual.ts";

/** Logits ahead of all others in each row; probabilities of the others go down to 1e-21. */
const LEADS = [0, 5, 10, 16, 30, 45];

/** Float32: a few units in the last place of exp and its argument, and sums that WebAssembly takes in four lanes, which are long. */
const TOLERANCE = 5e-5;

function residualGraph(rows: number, vocabulary: number) {
  const builder = new GraphBuilder("residual");
  const logits = builder.input("logits", [rows, vocabulary]);
  const { residual, probability } = targetResidual(builder, logits, builder.input("targets", [rows, 1], "int32"));
  builder.output("residual", residual);
  builder.output("probability", probability);
  return builder.build();
}

export function defineTargetResidualSuite(open: () => Promise<Backend>): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend?.dispose());

  it.each([
    { vocabulary: 2, seen: "leads" },
    { vocabulary: 96, seen: "leads" },
    { vocabulary: 96, seen: "falls behind" },
    { vocabulary: 49_280, seen: "leads" },
  ])("gives every number of a row of $vocabulary words where the target $seen", async ({ vocabulary, seen }) => {
    const rows = LEADS.length;
    const random = createRandom(vocabulary);
    const logits = randomFloats(random, rows * vocabulary, 2);
    const leaders = LEADS.map(() => random.integer(vocabulary));
    leaders.forEach((leader, row) => {
      logits[row * vocabulary + leader] = LEADS[row] ?? 0;
    });
    const targets = leaders.map((leader) => (seen === "leads" ? leader : (leader + 1) % vocabulary));
    const program = await backend.compile(residualGraph(rows, vocabulary));
    const feeds = {
      logits: backend.upload(logits, [rows, vocabulary]),
      targets: backend.upload(Int32Array.from(targets), [rows, 1]),
    };
    const outputs = await backend.run(program, feeds);
    const residual = await backend.read(output(outputs, "residual"));
    const probability = await backend.read(output(outputs, "probability"));
    targets.forEach((target, row) => {
      const own = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      const found = residual.subarray(row * vocabulary, (row + 1) * vocabulary);
      expect(largestError(found, exactResidual(own, target))).toBeLessThan(TOLERANCE);
      expect(largestError(probability.subarray(row), [softmaxOf(own)[target] ?? 0])).toBeLessThan(TOLERANCE);
    });
    backend.release(...Object.values(feeds), ...Object.values(outputs));
    await backend.discard(program);
  });
}
