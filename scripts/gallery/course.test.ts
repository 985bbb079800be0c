/** The first example of the page: it holds, breaks where the page opens, and stays broken; and the kept search says so. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/contract.ts";
import { createNodeEngine } from "../../src/engine/node-engine.ts";
import { parseScene } from "../../src/scenes/scene-json.ts";
import { STARTING_RATIO } from "../../src/state/slices/pruning/pruning-state.ts";
import { projectRoot } from "../../src/testing/shared.ts";
import { MODEL, measureCourses, type Point } from "./course.ts";

interface Kept {
  readonly about: { readonly weight_hash: string };
  readonly gallery: readonly {
    readonly question: string;
    readonly scene: readonly unknown[];
    readonly points: readonly Omit<Point, "text">[];
  }[];
}

const kept: Kept = JSON.parse(readFileSync(join(projectRoot, "docs", "gallery-search.json"), "utf8"));
const { examples } = JSON.parse(readFileSync(join(MODEL, "examples.json"), "utf8"));
const [first] = kept.gallery;

let engine: Engine;
let points: readonly Point[];
let dense: string | null;
let weightHash: string;

beforeAll(async () => {
  engine = createNodeEngine();
  const summary = await engine.load({ kind: "address", name: "scenes", url: MODEL }, { backend: "cpu" });
  weightHash = summary.weightHash;
  const [{ family, question, scene }] = examples;
  const candidate = { family, kind: "", question, scene: parseScene(scene, "scene") };
  const [course] = await measureCourses(engine, summary, [candidate], [20, 40, 60]);
  points = course?.points ?? [];
  dense = course?.dense.answer ?? null;
}, 120_000);
afterAll(() => engine?.dispose());

describe("the first example", () => {
  it("is what the search found, with the weights at hand", () => {
    expect(kept.about.weight_hash).toBe(weightHash);
    expect(kept.gallery.map(({ question, scene }) => ({ question, scene }))).toEqual(
      examples.map(({ question, scene }: { question: string; scene: unknown }) => ({ question, scene })),
    );
  });

  it("holds at 20 %, is broken where the page opens, and at 60 % still", () => {
    const [holds, opens, ruined] = points;
    expect(opens?.percent).toBe(STARTING_RATIO * 100);
    expect(holds).toMatchObject({ matches: true, answer: dense, changed: 0 });
    expect(opens).toMatchObject({ matches: false, answer: "four" });
    expect(opens?.statements.false).toBeGreaterThan(1);
    expect(ruined).toMatchObject({ matches: false });
    expect(holds?.kl).toBeLessThan(0.001);
    expect(opens?.kl).toBeGreaterThan(holds?.kl ?? 0);
    expect(ruined?.kl).toBeGreaterThan(opens?.kl ?? 0);
  });

  it("fares as the search has put down", () => {
    for (const point of points) {
      const noted = first?.points.find(({ percent }) => percent === point.percent);
      const { matches, answer, statements } = point;
      expect({ matches, answer, statements }).toEqual({
        matches: noted?.matches,
        answer: noted?.answer,
        statements: noted?.statements,
      });
      // Rounding differs between processors.
      expect(point.kl).toBeCloseTo(noted?.kl ?? Number.NaN, 2);
    }
  });
});
