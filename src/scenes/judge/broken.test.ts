import { describe, expect, it } from "vitest";
import { colour, count, judged, RED, type Row } from "../testing/broken-traces.ts";

const rows: readonly Row[] = [
  [
    "no steps, other case and spelling",
    "what COLOR is the large ball",
    "i observe an Large Red metal ball in the top-left therefore the large ball is red answer: Red.",
    "ttt 10 0 true true true",
  ],
  [
    "nothing wrong",
    colour,
    `${RED} Step 2: Therefore the large ball is red. Final Answer: red`,
    "ttt 10 0 true true true",
  ],
  [
    "a wrong colour and the answer that follows from it",
    colour,
    "Step 1: I observe a large blue metal ball at the top left. Step 2: Therefore the large ball is blue. Final Answer: blue",
    "fff 0 10 true false false",
  ],
  [
    "right steps, wrong answer",
    colour,
    `${RED} Step 2: Therefore the large ball is red. Final Answer: blue`,
    "ttf 6.667 0 false false false",
  ],
  [
    "right observation, wrong inference",
    colour,
    `${RED} Step 2: Therefore the large ball is blue. Final Answer: blue`,
    "tff 3.333 5 false false false",
  ],
  [
    "a wrong conclusion before the right answer",
    colour,
    `${RED} Step 2: Therefore the large ball is blue. Final Answer: red`,
    "tft 6.667 5 false true false",
  ],
  [
    "another object than the one asked about",
    colour,
    "Step 1: I observe a small blue wooden cube at the top right. Step 2: Therefore the blue cube is blue. Final Answer: blue",
    "ttf 0 0 false false false",
  ],
  ["no conclusion", colour, `${RED} Final Answer: red`, "tt 10 0 true true true"],
  ["only the answer", colour, "Final Answer: red", "t 0 0 null true true"],
  ["only a conclusion", colour, "Therefore the large ball is red. Final Answer: red", "tt 0 0 null true true"],
  ["no final answer", colour, `${RED} Step 2: Therefore the large ball is red.`, "tt 10 0 null false true"],
  [
    "an empty final answer",
    colour,
    `${RED} Step 2: Therefore the large ball is red. Final Answer:`,
    "tt? 10 0 null false false",
  ],
  ["an answer of the wrong kind", colour, `${RED} Final Answer: three`, "tf 5 0 false false false"],
  [
    "a repeated step",
    colour,
    `${RED} Step 2: I observe a large red metal ball at the top left. Step 3: Therefore the large ball is red. Final Answer: red`,
    "tttt 10 0 true true true",
  ],
  [
    "steps that contradict each other",
    colour,
    `${RED} Step 2: I observe a large blue metal ball at the top left. Final Answer: red`,
    "tft 6.667 5 false true false",
  ],
  ["cut off in a conclusion", colour, `${RED} Step 2: Therefore the large`, "t? 10 0 null false false"],
  ["cut off in an observation", colour, "Step 1: I observe a large red met", "? null null null false false"],
  [
    "cut off in a list",
    count,
    "Step 1: I observe a large red metal ball at the top left and a small gre",
    "t? 5 0 null false false",
  ],
  ["gibberish", colour, "the the Step ball red, Q 7 :: xx answer step", "? null null null false false"],
  [
    "gibberish for the observation",
    colour,
    "Step 1: I ball ball of of. Step 2: Therefore the large ball is red. Final Answer: red",
    "?tt 0 0 null true false",
  ],
  ["nothing at all", colour, "", "- null null null false false"],
  [
    "missing full stops",
    colour,
    "Step 1: I observe a large red metal ball at the top left Step 2: Therefore the large ball is red Final Answer: red",
    "ttt 10 0 true true true",
  ],
  [
    "an invented object and the count that follows",
    count,
    "Step 1: I observe a large red metal ball at the top left, a small green glass ball at the centre and a small pink rubber ball at the bottom left. Step 2: Therefore the number of balls is three. Final Answer: three",
    "ttfff 4 3.333 true false false",
  ],
  [
    "an object left out",
    count,
    `${RED} Step 2: Therefore the number of balls is two. Final Answer: two`,
    "ttt 5 0 false true true",
  ],
  [
    "an object listed twice",
    count,
    "Step 1: I observe a large red metal ball at the top left and a large red metal ball at the top left. Step 2: Therefore the number of balls is two. Final Answer: two",
    "tftt 3.75 5 true true false",
  ],
  [
    "a wrong count",
    count,
    "Step 1: I observe a large red metal ball at the top left and a small green glass ball at the centre. Step 2: Therefore the number of balls is three. Final Answer: three",
    "ttff 5 0 false false false",
  ],
  [
    "a denied object",
    count,
    "Step 1: I observe no balls. Step 2: Therefore the number of balls is zero. Final Answer: zero",
    "fff 0 0 true false false",
  ],
];

describe("reasoning about single objects and lists, broken on purpose", () => {
  it.each(rows)("%s", (_, question, trace, expected) => {
    expect(judged(question, trace)).toBe(expected);
  });
});
