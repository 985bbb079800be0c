import { describe, expect, it } from "vitest";
import {
  ALL,
  colour,
  compare,
  count,
  float,
  floating,
  judged,
  left,
  ONE,
  RED,
  type Row,
  side,
  TWO,
  total,
} from "../testing/broken-traces.ts";

const rows: readonly Row[] = [
  [
    "a wrong relation",
    side,
    "Step 1: I observe the red ball at the top left. Step 2: I observe the blue cube at the top right. Step 3: Therefore the red ball is to the right of the blue cube. Final Answer: no",
    "ttff 5 0 false false false",
  ],
  [
    "wrong places and the relation that follows",
    side,
    "Step 1: I observe the red ball at the top right. Step 2: I observe the blue cube at the top left. Step 3: Therefore the red ball is to the right of the blue cube. Final Answer: no",
    "ffff 0 6.667 true false false",
  ],
  [
    "a wrong rule and what follows from it",
    float,
    `${RED} Step 2: Metal is lighter than water. Step 3: Therefore the red ball floats. Final Answer: yes`,
    "tfff 2.5 0 true false false",
  ],
  [
    "a true rule about something else",
    float,
    `${RED} Step 2: Wood is lighter than water. Step 3: Therefore the red ball floats. Final Answer: yes`,
    "ttff 5 0 false false false",
  ],
  [
    "a conclusion against the rule",
    float,
    `${RED} Step 2: Metal is heavier than water. Step 3: Therefore the red ball floats. Final Answer: yes`,
    "ttff 5 0 false false false",
  ],
  [
    "a wrong material and what follows from it",
    float,
    "Step 1: I observe a large red wooden ball at the top left. Step 2: Wood is lighter than water. Step 3: Therefore the red ball floats. Final Answer: yes",
    "ftff 0 5 true false false",
  ],
  [
    "an object that is not the farthest",
    left,
    "Step 1: I observe a large yellow rubber cone at the bottom. Step 2: No other object is as far to the left. Step 3: Therefore the yellow cone is farthest to the left. Final Answer: yellow cone",
    "tfff 0 0 true false false",
  ],
  [
    "an object on the other side",
    left,
    "Step 1: I observe a small blue wooden cube at the top right. Step 2: No other object is as far to the left. Step 3: Therefore the blue cube is farthest to the left. Final Answer: blue cube",
    "tfff 0 0 false false false",
  ],
  [
    "nothing wrong in a comparison",
    compare,
    `${TWO} ${ONE} Two is more than one. Therefore there are more balls than cubes. Final Answer: yes`,
    "tttttttt 10 0 true true true",
  ],
  [
    "a comparison the wrong way round",
    compare,
    `${TWO} ${ONE} Two is less than one. Therefore there are fewer balls than cubes. Final Answer: no`,
    "tttttfff 6.25 0 false false false",
  ],
  [
    "fewer named than counted",
    compare,
    `I count two balls, the red ball. ${ONE} Two is more than one. Therefore there are more balls than cubes. Final Answer: yes`,
    "ftttttt 5.714 0 false true false",
  ],
  [
    "wrong arithmetic",
    total,
    `${TWO} ${ONE} Two and one make four. Therefore the number of balls and cubes is four. Final Answer: four`,
    "tttttfff 6.25 0 false false false",
  ],
  [
    "right arithmetic on other numbers",
    total,
    `${TWO} ${ONE} Two and two make four. Therefore the number of balls and cubes is four. Final Answer: four`,
    "ttttttff 7.5 0 false false false",
  ],
  [
    "nothing wrong in a list of materials",
    floating,
    `${ALL} The blue cube floats. Therefore one object floats. Final Answer: one`,
    "ttttttt 10 0 true true true",
  ],
  [
    "one that floats too many",
    floating,
    `${ALL} The blue cube and the red ball float. Therefore two objects float. Final Answer: two`,
    "tttttfff 6.25 0 false false false",
  ],
  [
    "wrong arithmetic before the right number",
    total,
    `${TWO} ${ONE} Two and one make four. Therefore the number of balls and cubes is three. Final Answer: three`,
    "tttttftt 8.75 0 false true false",
  ],
  [
    "arithmetic on numbers that nobody counted",
    total,
    `${TWO} ${ONE} Three and zero make three. Therefore the number of balls and cubes is three. Final Answer: three`,
    "tttttttt 10 0 false true true",
  ],
  [
    "fewer counted than observed",
    count,
    `I count one ball. ${RED} I observe a small green glass ball at the centre. Final Answer: one`,
    "fttf 5 0 false false false",
  ],
  ["a count and another object", count, "I count two balls and a blue wooden cube.", "tt 0 0 null false true"],
  [
    "an observation without the words of the question",
    colour,
    "I observe a red metal ball. Therefore the large ball is red. Final Answer: red",
    "ttt 10 0 true true true",
  ],
  [
    "a relation without the places",
    side,
    "Step 1: The red ball is to the left of the blue cube. Final Answer: yes",
    "tt 0 0 true true true",
  ],
  [
    "what floats without its material",
    floating,
    "The blue cube floats. Therefore one object floats. Final Answer: one",
    "ttt 0 0 true true true",
  ],
];

describe("reasoning over several steps, broken on purpose", () => {
  it.each(rows)("%s", (_, question, trace, expected) => {
    expect(judged(question, trace)).toBe(expected);
  });
});
