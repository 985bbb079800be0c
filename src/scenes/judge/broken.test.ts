import { describe, expect, it } from "vitest";
import { type Colour, cellCentre, type Material, type Scene, type Shape, type Size } from "../scene.ts";
import { judgeTrace } from "./index.ts";

function object(size: Size, colour: Colour, material: Material, shape: Shape, cell: number) {
  return { size, colour, material, shape, ...cellCentre(cell) };
}

const scene: Scene = {
  objects: [
    object("large", "red", "metal", "ball", 0),
    object("small", "blue", "wooden", "cube", 2),
    object("small", "green", "glass", "ball", 4),
    object("large", "yellow", "rubber", "cone", 7),
  ],
};

/** One letter per claim: true, false or ? for unreadable. */
function judge(question: string, trace: string) {
  const { claims, grounding, hallucination, coherence, exactMatch, allTrue } = judgeTrace({ scene, question, trace });
  return {
    verdicts: claims.map(({ verdict }) => (verdict === "unreadable" ? "?" : verdict.charAt(0))).join(""),
    grounding: Math.round(grounding * 1000) / 1000,
    hallucination: Math.round(hallucination * 1000) / 1000,
    follows: coherence.follows,
    exactMatch,
    allTrue,
  };
}

const colour = "What colour is the large ball?";
const count = "How many balls are there?";
const side = "Is the red ball to the left of the blue cube?";
const float = "Will the large ball float in water?";
const left = "Which object is farthest to the left?";
const compare = "Are there more balls than cubes?";
const floating = "How many objects float in water?";
const total = "How many balls and cubes are there in total?";

const RED = "Step 1: I observe a large red metal ball at the top left.";
const TWO = "I count two balls, the red ball and the green ball.";
const ONE = "I count one cube, the blue cube.";
const ALL = "I observe a red metal ball, a blue wooden cube, a green glass ball and a yellow rubber cone.";

type Row = readonly [
  name: string,
  question: string,
  trace: string,
  verdicts: string,
  grounding: number,
  hallucination: number,
  follows: boolean | null,
  exactMatch: boolean,
  allTrue: boolean,
];

const rows: readonly Row[] = [
  [
    "nothing wrong",
    colour,
    `${RED} Step 2: Therefore the large ball is red. Final Answer: red`,
    "ttt",
    10,
    0,
    true,
    true,
    true,
  ],
  [
    "a wrong colour and the answer that follows from it",
    colour,
    "Step 1: I observe a large blue metal ball at the top left. Step 2: Therefore the large ball is blue. Final Answer: blue",
    "fff",
    0,
    10,
    true,
    false,
    false,
  ],
  [
    "right steps, wrong answer",
    colour,
    `${RED} Step 2: Therefore the large ball is red. Final Answer: blue`,
    "ttf",
    6.667,
    0,
    false,
    false,
    false,
  ],
  [
    "right observation, wrong inference",
    colour,
    `${RED} Step 2: Therefore the large ball is blue. Final Answer: blue`,
    "tff",
    3.333,
    5,
    false,
    false,
    false,
  ],
  [
    "a wrong conclusion before the right answer",
    colour,
    `${RED} Step 2: Therefore the large ball is blue. Final Answer: red`,
    "tft",
    6.667,
    5,
    false,
    true,
    false,
  ],
  [
    "another object than the one asked about",
    colour,
    "Step 1: I observe a small blue wooden cube at the top right. Step 2: Therefore the blue cube is blue. Final Answer: blue",
    "ttf",
    0,
    0,
    false,
    false,
    false,
  ],
  ["no conclusion", colour, `${RED} Final Answer: red`, "tt", 10, 0, true, true, true],
  ["only the answer", colour, "Final Answer: red", "t", 0, 0, null, true, true],
  ["only a conclusion", colour, "Therefore the large ball is red. Final Answer: red", "tt", 0, 0, null, true, true],
  ["no final answer", colour, `${RED} Step 2: Therefore the large ball is red.`, "tt", 10, 0, null, false, true],
  [
    "an empty final answer",
    colour,
    `${RED} Step 2: Therefore the large ball is red. Final Answer:`,
    "tt?",
    10,
    0,
    null,
    false,
    false,
  ],
  ["an answer of the wrong kind", colour, `${RED} Final Answer: three`, "tf", 5, 0, false, false, false],
  [
    "a repeated step",
    colour,
    `${RED} Step 2: I observe a large red metal ball at the top left. Step 3: Therefore the large ball is red. Final Answer: red`,
    "tttt",
    10,
    0,
    true,
    true,
    true,
  ],
  [
    "steps that contradict each other",
    colour,
    `${RED} Step 2: I observe a large blue metal ball at the top left. Final Answer: red`,
    "tft",
    6.667,
    5,
    false,
    true,
    false,
  ],
  ["cut off in a conclusion", colour, `${RED} Step 2: Therefore the large`, "t?", 10, 0, null, false, false],
  ["cut off in an observation", colour, "Step 1: I observe a large red met", "?", 0, 0, null, false, false],
  [
    "cut off in a list",
    count,
    "Step 1: I observe a large red metal ball at the top left and a small gre",
    "t?",
    5,
    0,
    null,
    false,
    false,
  ],
  ["gibberish", colour, "the the Step ball red, Q 7 :: xx answer step", "?", 0, 0, null, false, false],
  [
    "gibberish for the observation",
    colour,
    "Step 1: I ball ball of of. Step 2: Therefore the large ball is red. Final Answer: red",
    "?tt",
    0,
    0,
    null,
    true,
    false,
  ],
  ["nothing at all", colour, "", "", 0, 0, null, false, false],
  [
    "missing full stops",
    colour,
    "Step 1: I observe a large red metal ball at the top left Step 2: Therefore the large ball is red Final Answer: red",
    "ttt",
    10,
    0,
    true,
    true,
    true,
  ],
  [
    "no steps, other case and spelling",
    "what COLOR is the large ball",
    "i observe an Large Red metal ball in the top-left therefore the large ball is red answer: Red.",
    "ttt",
    10,
    0,
    true,
    true,
    true,
  ],
  [
    "an invented object and the count that follows",
    count,
    "Step 1: I observe a large red metal ball at the top left, a small green glass ball at the centre and a small pink rubber ball at the bottom left. Step 2: Therefore the number of balls is three. Final Answer: three",
    "ttfff",
    4,
    3.333,
    true,
    false,
    false,
  ],
  [
    "an object left out",
    count,
    `${RED} Step 2: Therefore the number of balls is two. Final Answer: two`,
    "ttt",
    5,
    0,
    false,
    true,
    true,
  ],
  [
    "an object listed twice",
    count,
    "Step 1: I observe a large red metal ball at the top left and a large red metal ball at the top left. Step 2: Therefore the number of balls is two. Final Answer: two",
    "tftt",
    3.75,
    5,
    true,
    true,
    false,
  ],
  [
    "a wrong count",
    count,
    "Step 1: I observe a large red metal ball at the top left and a small green glass ball at the centre. Step 2: Therefore the number of balls is three. Final Answer: three",
    "ttff",
    5,
    0,
    false,
    false,
    false,
  ],
  [
    "a denied object",
    count,
    "Step 1: I observe no balls. Step 2: Therefore the number of balls is zero. Final Answer: zero",
    "fff",
    0,
    0,
    true,
    false,
    false,
  ],
  [
    "a wrong relation",
    side,
    "Step 1: I observe the red ball at the top left. Step 2: I observe the blue cube at the top right. Step 3: Therefore the red ball is to the right of the blue cube. Final Answer: no",
    "ttff",
    5,
    0,
    false,
    false,
    false,
  ],
  [
    "wrong places and the relation that follows",
    side,
    "Step 1: I observe the red ball at the top right. Step 2: I observe the blue cube at the top left. Step 3: Therefore the red ball is to the right of the blue cube. Final Answer: no",
    "ffff",
    0,
    6.667,
    true,
    false,
    false,
  ],
  [
    "a wrong rule and what follows from it",
    float,
    `${RED} Step 2: Metal is lighter than water. Step 3: Therefore the red ball floats. Final Answer: yes`,
    "tfff",
    2.5,
    0,
    true,
    false,
    false,
  ],
  [
    "a true rule about something else",
    float,
    `${RED} Step 2: Wood is lighter than water. Step 3: Therefore the red ball floats. Final Answer: yes`,
    "ttff",
    5,
    0,
    false,
    false,
    false,
  ],
  [
    "a conclusion against the rule",
    float,
    `${RED} Step 2: Metal is heavier than water. Step 3: Therefore the red ball floats. Final Answer: yes`,
    "ttff",
    5,
    0,
    false,
    false,
    false,
  ],
  [
    "a wrong material and what follows from it",
    float,
    "Step 1: I observe a large red wooden ball at the top left. Step 2: Wood is lighter than water. Step 3: Therefore the red ball floats. Final Answer: yes",
    "ftff",
    0,
    5,
    true,
    false,
    false,
  ],
  [
    "an object that is not the farthest",
    left,
    "Step 1: I observe a large yellow rubber cone at the bottom. Step 2: No other object is as far to the left. Step 3: Therefore the yellow cone is farthest to the left. Final Answer: yellow cone",
    "tfff",
    0,
    0,
    true,
    false,
    false,
  ],
  [
    "an object on the other side",
    left,
    "Step 1: I observe a small blue wooden cube at the top right. Step 2: No other object is as far to the left. Step 3: Therefore the blue cube is farthest to the left. Final Answer: blue cube",
    "tfff",
    0,
    0,
    false,
    false,
    false,
  ],
  [
    "nothing wrong in a comparison",
    compare,
    `${TWO} ${ONE} Two is more than one. Therefore there are more balls than cubes. Final Answer: yes`,
    "tttttttt",
    10,
    0,
    true,
    true,
    true,
  ],
  [
    "a comparison the wrong way round",
    compare,
    `${TWO} ${ONE} Two is less than one. Therefore there are fewer balls than cubes. Final Answer: no`,
    "tttttfff",
    6.25,
    0,
    false,
    false,
    false,
  ],
  [
    "fewer named than counted",
    compare,
    `I count two balls, the red ball. ${ONE} Two is more than one. Therefore there are more balls than cubes. Final Answer: yes`,
    "ftttttt",
    5.714,
    0,
    false,
    true,
    false,
  ],
  [
    "wrong arithmetic",
    total,
    `${TWO} ${ONE} Two and one make four. Therefore the number of balls and cubes is four. Final Answer: four`,
    "tttttfff",
    6.25,
    0,
    false,
    false,
    false,
  ],
  [
    "right arithmetic on other numbers",
    total,
    `${TWO} ${ONE} Two and two make four. Therefore the number of balls and cubes is four. Final Answer: four`,
    "ttttttff",
    7.5,
    0,
    false,
    false,
    false,
  ],
  [
    "nothing wrong in a list of materials",
    floating,
    `${ALL} The blue cube floats. Therefore one object floats. Final Answer: one`,
    "ttttttt",
    10,
    0,
    true,
    true,
    true,
  ],
  [
    "one that floats too many",
    floating,
    `${ALL} The blue cube and the red ball float. Therefore two objects float. Final Answer: two`,
    "tttttfff",
    6.25,
    0,
    false,
    false,
    false,
  ],
  [
    "wrong arithmetic before the right number",
    total,
    `${TWO} ${ONE} Two and one make four. Therefore the number of balls and cubes is three. Final Answer: three`,
    "tttttftt",
    8.75,
    0,
    false,
    true,
    false,
  ],
  [
    "arithmetic on numbers that nobody counted",
    total,
    `${TWO} ${ONE} Three and zero make three. Therefore the number of balls and cubes is three. Final Answer: three`,
    "tttttttt",
    10,
    0,
    false,
    true,
    true,
  ],
  [
    "fewer counted than observed",
    count,
    `I count one ball. ${RED} I observe a small green glass ball at the centre. Final Answer: one`,
    "fttf",
    5,
    0,
    false,
    false,
    false,
  ],
  ["a count and another object", count, "I count two balls and a blue wooden cube.", "tt", 0, 0, null, false, true],
  [
    "an observation without the words of the question",
    colour,
    "I observe a red metal ball. Therefore the large ball is red. Final Answer: red",
    "ttt",
    10,
    0,
    true,
    true,
    true,
  ],
  [
    "a relation without the places",
    side,
    "Step 1: The red ball is to the left of the blue cube. Final Answer: yes",
    "tt",
    0,
    0,
    true,
    true,
    true,
  ],
  [
    "what floats without its material",
    floating,
    "The blue cube floats. Therefore one object floats. Final Answer: one",
    "ttt",
    0,
    0,
    true,
    true,
    true,
  ],
];

describe("traces broken on purpose", () => {
  it.each(rows)("%s", (_, question, trace, verdicts, grounding, hallucination, follows, exactMatch, allTrue) => {
    expect(judge(question, trace)).toEqual({ verdicts, grounding, hallucination, follows, exactMatch, allTrue });
  });
});

describe("reasons", () => {
  const reasonOf = (question: string, trace: string) =>
    judgeTrace({ scene, question, trace }).claims.find(({ verdict }) => verdict === "false")?.reason;
  it.each([
    ["I observe a large red glass ball at the top left.", "the red ball is metal, not glass"],
    [
      "I observe a small red metal ball at the top.",
      "the red ball is large, not small; at the top left, not at the top",
    ],
    ["I observe a small pink rubber ring on the left.", "there is no pink ring"],
    ["I observe a large blue metal ball at the top left.", "there is no blue ball; the red ball is at the top left"],
    ["I observe the red ball and the red ball.", "it is listed twice"],
    ["I observe no balls.", "there are two balls, not zero"],
    ["I count three objects in the top row.", "there are two objects in the top row, not three"],
    ["I count two balls, the red ball.", "counted two, but named one"],
    ["Therefore the number of balls and cubes is two.", "there are three balls and cubes, not two"],
    ["Therefore there are more cubes than balls.", "there is one cube and two balls"],
    ["The ball is red.", "there are two balls: the red ball and the green ball"],
    ["The red ball is above the blue cube.", "the red ball is at the top left, the blue cube is at the top right"],
    ["The blue cube is highest.", "the red ball is as high"],
    ["The green ball is farthest to the left.", "the red ball is at the top left"],
    ["The red ball and the yellow cone have different sizes.", "the red ball is large, the yellow cone is large"],
    ["The red ball floats.", "the red ball sinks"],
    ["The green ball does not roll and break.", "the green ball rolls; the green ball breaks"],
    ["Two objects break.", "one does: the green ball"],
    ["No object floats.", "one does: the blue cube"],
    ["A cube is round.", "no rule of this world"],
    ["Two and one make four.", "wrong arithmetic"],
    ["Final Answer: five", "the answer is two"],
  ])("%s", (trace, reason) => {
    expect(reasonOf(count, trace)).toBe(reason);
  });
});

describe("a question that the scene does not allow", () => {
  it("leaves the answer open and says so", () => {
    const trace = `${RED} Final Answer: red`;
    const judgement = judgeTrace({ scene, question: "What colour is the ring?", trace });
    expect(judgement).toMatchObject({
      questionKnown: false,
      coverage: 1,
      grounding: 10,
      exactMatch: null,
      allTrue: false,
    });
    expect(judgement.coherence).toEqual({ follows: null, reason: "the question is not known" });
    expect(judgement.claims.map(({ verdict }) => verdict)).toEqual(["true", "unreadable"]);
  });
});

describe("spans", () => {
  it("keep the exact part of the text that makes each claim", () => {
    const trace = `Step 1: I count two balls, the red ball and the green ball. Step 2: zzz. Therefore the red ball, and the blue cube  float. Final Answer:  two `;
    const { claims } = judgeTrace({ scene, question: count, trace });
    expect(claims.map(({ text }) => text)).toEqual([
      "I count two balls",
      "the red ball",
      "the green ball",
      "zzz",
      "Therefore the red ball",
      "the blue cube  float",
      "Final Answer:  two",
    ]);
    for (const { start, end, text } of claims) expect(trace.slice(start, end)).toBe(text);
  });
});
