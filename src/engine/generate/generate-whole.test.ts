/** The graph from ids to ids, run in Node with its weights fed: its ids, its tie rule, and what it does with NaN. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend, Feeds } from "../../runtime/backend.ts";
import { projectRoot } from "../../testing/shared.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { openNodeSession } from "../node-engine.ts";
import type { Model } from "../pass/model.ts";
import type { Session } from "../session.ts";
import { generateBatch } from "./generate.ts";
import { createWholeWriter, wholeConstants, wholeProgram } from "./generate-whole.ts";
import { NO_ID, type Row } from "./generation-rows.ts";

describe("the graph from ids to ids", { timeout: 60_000 }, () => {
  let session: Session;
  beforeAll(async () => {
    session = await openNodeSession(join(projectRoot, "public/models/scenes"));
  }, 60_000);
  afterAll(() => session?.dispose());

  /** `model` with runs that are fed `weights` beside everything else, as a program with constants has them. */
  const feeding = (model: Model, weights: Feeds): Model => {
    const backend: Backend = Object.create(model.backend, {
      run: {
        value: (...[program, feeds, places]: Parameters<Backend["run"]>) =>
          model.backend.run(program, { ...weights, ...feeds }, places),
      },
    });
    return { ...model, backend };
  };
  const wholeGraph = () => {
    const graph = session.model.definition.text.wholeGeneration?.({ logits: true });
    if (!graph) throw new Error("The bundled model has a whole graph.");
    return graph;
  };
  const rowsOf = async (count: number): Promise<Row[]> => {
    const inputs = await createEvaluationSet(session).prepare(Array.from({ length: count }, (_, place) => place));
    return inputs.map((input, place) => ({ place, input, ids: [], limit: 8, prefilled: input.prompt.length }));
  };

  it("is not made where runs copy nothing", async () => {
    expect(await wholeProgram(session.model)).toBe(null);
  });

  it("writes what the layers write", async () => {
    const { model, denseMasks: masks } = session;
    const program = await model.backend.compile(wholeGraph());
    const writer = createWholeWriter(feeding(model, wholeConstants(model)), { masks, signal: undefined }, program);
    const rows = await rowsOf(4);
    let next = await writer.prefill(rows);
    for (let step = 0; step < 8; step++) {
      for (const [index, row] of rows.entries()) row.ids.push(next[index] ?? -1);
      if (step < 7) next = await writer.step(rows);
    }
    writer.release();
    const samples = rows.map(({ input }) => ({ input, prefix: [], maximumTokens: 8 }));
    const wanted = await generateBatch(model, { samples, masks, stopIds: [], signal: undefined, way: "layers" });
    expect(rows.map(({ ids }) => ids)).toEqual(wanted.map(({ ids }) => ids));
  });

  it("gives the first of equal logits, as the divergence kernel does, and refuses NaN", async () => {
    const { model, denseMasks: masks } = session;
    const { backend } = model;
    const program = await backend.compile(wholeGraph());
    const table = model.outerFeeds.embedding;
    if (!table) throw new Error("The model has an embedding.");
    const numbers = await backend.read(table);
    const width = table.dims[1] ?? 0;
    const rows = await rowsOf(1);
    const fill = async (change: (numbers: Float32Array) => void) => {
      const changed = numbers.slice();
      change(changed);
      const embedding = backend.upload(changed, table.dims);
      const weights = { ...wholeConstants(model), embedding };
      const writer = createWholeWriter(feeding(model, weights), { masks, signal: undefined }, program);
      try {
        return await writer.prefill(rows);
      } finally {
        writer.release();
        backend.release(embedding);
      }
    };
    expect(await fill((all) => all.fill(0))).toEqual([0]);
    const [best = 0] = await fill(() => undefined);
    const twin = (all: Float32Array, to: number) => all.copyWithin(to * width, best * width, (best + 1) * width);
    // Head and embedding are one table, and the prompt holds neither neighbour: two ids then have the same logit.
    expect(rows[0]?.input.prompt).not.toContain(best + 1);
    expect(rows[0]?.input.prompt).not.toContain(best - 1);
    expect(await fill((all) => twin(all, best + 1))).toEqual([best]);
    expect(await fill((all) => twin(all, best - 1))).toEqual([best - 1]);
    expect(await fill((all) => all.fill(Number.NaN))).toEqual([NO_ID]);
  });
});
