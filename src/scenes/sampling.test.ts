import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { questionKinds } from "./questions/index.ts";
import { type SceneSample, sampleQuestions, sampleTrainingScenes } from "./sample-question.ts";
import { sampleScene } from "./sample-scene.ts";
import { cellCentre, cellOf, largestOffset } from "./scene.ts";
import { parseScene } from "./scene-json.ts";
import { arrangement, isHeldOut, splitOf, splits } from "./splits.ts";

const scenesOf = (split: (typeof splits)[number], seed: number, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => sampleScene(random, split));
};

describe("sampleScene", () => {
  it("gives scenes that the format takes, each object well inside a cell of its own", () => {
    for (const split of splits) {
      for (const scene of scenesOf(split, 1, 100)) {
        expect(parseScene(JSON.parse(JSON.stringify(scene.objects)), "scene")).toEqual(scene);
        const strays = scene.objects.filter((object) => {
          const centre = cellCentre(cellOf(object));
          const reach = largestOffset(object.size) + 1e-4;
          return Math.abs(object.x - centre.x) > reach || Math.abs(object.y - centre.y) > reach;
        });
        expect(strays).toEqual([]);
      }
    }
  });

  it("depends on the seed alone", () => {
    expect(scenesOf("train", 5, 20)).toEqual(scenesOf("train", 5, 20));
    expect(scenesOf("train", 5, 20)).not.toEqual(scenesOf("train", 6, 20));
  });

  it("never puts one arrangement into two splits, whatever the seed", () => {
    const seen = new Map<string, string>();
    for (const split of splits) {
      for (const scene of [...scenesOf(split, 1, 150), ...scenesOf(split, 2, 150)]) {
        expect(splitOf(scene)).toBe(split);
        const key = arrangement(scene);
        expect(seen.get(key) ?? split).toBe(split);
        seen.set(key, split);
      }
    }
  });

  it("shows the held-out pairs in their own split only", () => {
    for (const split of splits) {
      const shown = scenesOf(split, 3, 100).map((scene) => scene.objects.some(isHeldOut));
      expect(new Set(shown)).toEqual(new Set([split === "held-out"]));
    }
  });

  it("gives every number of objects about equally often", () => {
    const counts = new Map<number, number>();
    for (const { objects } of scenesOf("train", 4, 1200))
      counts.set(objects.length, (counts.get(objects.length) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5, 6, 7]);
    for (const count of counts.values()) expect(count / 200).toBeGreaterThan(0.75);
  });
});

/** How often each answer was given, by kind. */
function answers(samples: readonly SceneSample[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const byKind = new Map<string, Map<string, number>>();
  for (const { kind, answer } of samples) {
    const counts = byKind.get(kind) ?? new Map<string, number>();
    byKind.set(kind, counts.set(answer, (counts.get(answer) ?? 0) + 1));
  }
  return byKind;
}

describe("question samplers", () => {
  const training = sampleTrainingScenes(createRandom(7), "train", 8);
  const samples = Array.from({ length: 1500 }, () => training.next().value).flatMap((drawn) => drawn.samples);

  it("describe every training scene and ask about it without asking twice", () => {
    const drawn = sampleTrainingScenes(createRandom(8), "train", 8).next().value;
    expect(drawn.samples[0]?.kind).toBe("describe");
    expect(drawn.samples).toHaveLength(9);
    expect(new Set(drawn.samples.map((sample) => sample.kind)).size).toBe(9);
  });

  it("use every kind", () => {
    expect([...answers(samples).keys()].sort()).toEqual(questionKinds.map((kind) => kind.name).sort());
  });

  it("give the balanced answers of a kind about equally often", () => {
    for (const kind of questionKinds) {
      const counts = kind.balanced.map((answer) => answers(samples).get(kind.name)?.get(answer) ?? 0);
      if (counts.length === 0) continue;
      expect(Math.min(...counts) / Math.max(...counts), kind.name).toBeGreaterThan(0.6);
    }
  });

  it("let no shape, colour, size or material in a question tell yes from no", () => {
    const words =
      /\b(ball|cube|cone|cylinder|ring|red|orange|yellow|green|blue|purple|pink|small|large|wooden|metal|glass|rubber)s?\b/g;
    const tally = new Map<string, { yes: number; no: number }>();
    for (const { kind, question, answer } of samples) {
      if (answer !== "yes" && answer !== "no") continue;
      for (const word of new Set(question.match(words) ?? [])) {
        const entry = tally.get(`${kind} ${word}`) ?? { yes: 0, no: 0 };
        entry[answer] += 1;
        tally.set(`${kind} ${word}`, entry);
      }
    }
    for (const [key, { yes, no }] of tally) {
      if (yes + no < 100) continue;
      expect(yes / (yes + no), `${key}: ${yes} yes, ${no} no`).toBeGreaterThan(0.3);
      expect(yes / (yes + no), `${key}: ${yes} yes, ${no} no`).toBeLessThan(0.7);
    }
  });

  it("take the families in turn and their kinds equally often", () => {
    const drawn = sampleQuestions(createRandom(9), "evaluation", ["physical", "quantitative", "commonsense"]);
    const list = Array.from({ length: 189 }, () => drawn.next().value.samples[0]);
    const families = list.map((sample) => sample?.family);
    expect(families.filter((family) => family === "physical")).toHaveLength(63);
    const physical = list.filter((sample) => sample?.family === "physical").map((sample) => sample?.kind);
    for (const kind of new Set(physical)) expect(physical.filter((name) => name === kind)).toHaveLength(7);
  });

  it("ask about the unseen pair in the held-out split", () => {
    const drawn = sampleQuestions(createRandom(10), "held-out", ["physical", "quantitative", "commonsense"]);
    const kinds = new Set<string | undefined>();
    for (let index = 0; index < 60; index++) {
      const { scene, samples } = drawn.next().value;
      expect(scene.objects.some(isHeldOut)).toBe(true);
      kinds.add(samples[0]?.kind);
    }
    expect(kinds.size).toBe(questionKinds.length - 1);
  });
});
