/** For tests: a small scene, questions about it, and how a judgement is written down in tables. */

import { judgeTrace } from "../judge/index.ts";
import { type Colour, cellCentre, type Material, type Scene, type Shape, type Size } from "../scene.ts";

function object(size: Size, colour: Colour, material: Material, shape: Shape, cell: number) {
  return { size, colour, material, shape, ...cellCentre(cell) };
}

export const scene: Scene = {
  objects: [
    object("large", "red", "metal", "ball", 0),
    object("small", "blue", "wooden", "cube", 2),
    object("small", "green", "glass", "ball", 4),
    object("large", "yellow", "rubber", "cone", 7),
  ],
};

/**
 * One letter per claim (true, false, ? for unreadable, - for no claim at all), grounding, hallucination (null for a text that is not readable), whether the
 * answer follows, whether it is the exact one, whether all is true.
 */
export function judged(question: string, trace: string): string {
  const { claims, grounding, hallucination, coherence, exactMatch, allTrue } = judgeTrace({ scene, question, trace });
  const verdicts = claims.map(({ verdict }) => (verdict === "unreadable" ? "?" : verdict.charAt(0))).join("");
  const rounded = [grounding, hallucination].map((score) => (score === null ? score : Math.round(score * 1000) / 1000));
  return [verdicts || "-", ...rounded, coherence.follows, exactMatch, allTrue].map(String).join(" ");
}

/** Name, question, trace, and what `judged` gives. */
export type Row = readonly [name: string, question: string, trace: string, expected: string];

export const colour = "What colour is the large ball?";
export const count = "How many balls are there?";
export const side = "Is the red ball to the left of the blue cube?";
export const float = "Will the large ball float in water?";
export const left = "Which object is farthest to the left?";
export const compare = "Are there more balls than cubes?";
export const floating = "How many objects float in water?";
export const total = "How many balls and cubes are there in total?";

export const RED = "Step 1: I observe a large red metal ball at the top left.";
export const TWO = "I count two balls, the red ball and the green ball.";
export const ONE = "I count one cube, the blue cube.";
export const ALL = "I observe a red metal ball, a blue wooden cube, a green glass ball and a yellow rubber cone.";
