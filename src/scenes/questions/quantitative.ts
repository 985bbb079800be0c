/** Quantitative questions: how many, more or fewer, sums and differences. */
import { colours, materials, rowsOf, type Scene, type SceneObject, shapes, sizes } from "../scene.ts";
import {
  capitalise,
  counted,
  listed,
  named,
  numberWord,
  observed,
  type Selection,
  selectionPlural,
  selectionSingular,
  selects,
} from "../words.ts";
import { type Attribute, answerYes, type Need, needs, type QuestionKind, yesOrNo } from "./question.ts";

interface Class {
  readonly selection: Selection;
  /** The attributes that the selection names. */
  readonly attributes: readonly Attribute[];
}

const single: readonly Class[] = [
  ...shapes.map((shape) => ({ selection: { shape }, attributes: ["shape"] as const })),
  ...colours.map((colour) => ({ selection: { colour }, attributes: ["colour"] as const })),
  ...materials.map((material) => ({ selection: { material }, attributes: ["material"] as const })),
  ...sizes.map((size) => ({ selection: { size }, attributes: ["size"] as const })),
];

/** Pairs of values of two attributes; colour with shape is left out, for it selects one object at most. */
const double: readonly Class[] = single.flatMap((first, index) =>
  single.slice(index + 1).flatMap((second) => {
    const attributes = [...first.attributes, ...second.attributes];
    const one = first.attributes[0] === second.attributes[0];
    const reference = attributes.includes("colour") && attributes.includes("shape");
    return one || reference ? [] : [{ selection: { ...first.selection, ...second.selection }, attributes }];
  }),
);

const smallNumbers = [0, 1, 2, 3].map(numberWord);

function members(scene: Scene, selection: Selection): readonly SceneObject[] {
  return scene.objects.filter((object) => selects(selection, object));
}

function memberNeeds(scene: Scene, { selection, attributes }: Class): readonly Need[] {
  return members(scene, selection).flatMap((object) => needs(scene.objects.indexOf(object), ...attributes));
}

function countKind(name: string, classes: readonly Class[]): QuestionKind {
  return {
    name,
    family: "quantitative",
    balanced: smallNumbers,
    questions: (scene) =>
      classes.map((one) => {
        const found = members(scene, one.selection);
        const plural = selectionPlural(one.selection);
        const answer = numberWord(found.length);
        return {
          kind: name,
          family: "quantitative",
          answer,
          visible: one.attributes.join(" "),
          phrasings: () => [
            `How many ${plural} are there?`,
            `What is the number of ${plural}?`,
            `Count the ${plural}.`,
          ],
          steps: () => [
            `I observe ${found.length === 0 ? `no ${plural}` : listed(found.map(observed))}`,
            `Therefore the number of ${plural} is ${answer}`,
          ],
          needs: memberNeeds(scene, one),
        };
      }),
  };
}

/** "I count two balls, the red ball and the blue ball". */
function count(found: readonly SceneObject[], selection: Selection): string {
  const names = found.length === 0 ? "" : `, ${listed(found.map(named))}`;
  return `I count ${counted(found.length, selection)}${names}`;
}

interface TwoClasses {
  readonly first: Class;
  readonly second: Class;
  readonly a: number;
  readonly b: number;
  /** Plural names. */
  readonly names: readonly [string, string];
  readonly counts: readonly [string, string];
  readonly needs: readonly Need[];
}

/** Ordered pairs of two values of one attribute, of which the scene shows at least one. */
function classPairs(scene: Scene): readonly TwoClasses[] {
  return single.flatMap((first) =>
    single.flatMap((second) => {
      if (first === second || first.attributes[0] !== second.attributes[0]) return [];
      const [found, others] = [members(scene, first.selection), members(scene, second.selection)];
      if (found.length + others.length === 0) return [];
      return [
        {
          first,
          second,
          a: found.length,
          b: others.length,
          names: [selectionPlural(first.selection), selectionPlural(second.selection)] as const,
          counts: [count(found, first.selection), count(others, second.selection)] as const,
          needs: [...memberNeeds(scene, first), ...memberNeeds(scene, second)],
        },
      ];
    }),
  );
}

const word = (value: number) => numberWord(value);

/** "Two is more than one", "One is fewer than two", "Two equals two". */
function comparison(a: number, b: number): string {
  if (a === b) return `${capitalise(word(a))} equals ${word(b)}`;
  return `${capitalise(word(a))} is ${a > b ? "more" : "less"} than ${word(b)}`;
}

const compare: QuestionKind = {
  name: "compare",
  family: "quantitative",
  balanced: yesOrNo,
  questions: (scene) =>
    classPairs(scene).map(({ first, a, b, names: [one, other], counts, needs: needed }) => ({
      kind: "compare",
      family: "quantitative",
      answer: answerYes(a > b),
      visible: first.attributes.join(" "),
      phrasings: () => [`Are there more ${one} than ${other}?`, `Does the picture show more ${one} than ${other}?`],
      steps: () => [
        ...counts,
        comparison(a, b),
        `Therefore there are ${a > b ? `more ${one} than` : a < b ? `fewer ${one} than` : `as many ${one} as`} ${other}`,
      ],
      needs: needed,
    })),
};

const equal: QuestionKind = {
  name: "equal",
  family: "quantitative",
  balanced: yesOrNo,
  questions: (scene) =>
    classPairs(scene).map(({ first, a, b, names: [one, other], counts, needs: needed }) => ({
      kind: "equal",
      family: "quantitative",
      answer: answerYes(a === b),
      visible: first.attributes.join(" "),
      phrasings: () => [`Are there as many ${one} as ${other}?`, `Is the number of ${one} equal to that of ${other}?`],
      steps: () => [
        ...counts,
        comparison(a, b),
        `Therefore there are ${a === b ? "" : "not "}as many ${one} as ${other}`,
      ],
      needs: needed,
    })),
};

const total: QuestionKind = {
  name: "total",
  family: "quantitative",
  balanced: [1, 2, 3, 4].map(numberWord),
  questions: (scene) =>
    classPairs(scene).map(({ first, a, b, names: [one, other], counts, needs: needed }) => ({
      kind: "total",
      family: "quantitative",
      answer: word(a + b),
      visible: first.attributes.join(" "),
      phrasings: () => [
        `How many ${one} and ${other} are there in total?`,
        `Count the ${one} and the ${other} together.`,
      ],
      steps: () => [
        ...counts,
        `${capitalise(word(a))} and ${word(b)} make ${word(a + b)}`,
        `Therefore the number of ${one} and ${other} is ${word(a + b)}`,
      ],
      needs: needed,
    })),
};

const difference: QuestionKind = {
  name: "difference",
  family: "quantitative",
  balanced: [1, 2, 3].map(numberWord),
  questions: (scene) =>
    classPairs(scene)
      .filter(({ a, b }) => a > b)
      .map(({ first, a, b, names: [one, other], counts, needs: needed }) => ({
        kind: "difference",
        family: "quantitative",
        answer: word(a - b),
        visible: first.attributes.join(" "),
        phrasings: () => [
          `How many more ${one} than ${other} are there?`,
          `By how many do the ${one} outnumber the ${other}?`,
        ],
        steps: () => [
          ...counts,
          `${capitalise(word(a))} minus ${word(b)} is ${word(a - b)}`,
          a - b === 1
            ? `Therefore there is one more ${selectionSingular(first.selection)} than ${other}`
            : `Therefore there are ${word(a - b)} more ${one} than ${other}`,
        ],
        needs: needed,
      })),
};

const rowNames = ["top", "middle", "bottom"] as const;

const all: QuestionKind = {
  name: "all",
  family: "quantitative",
  balanced: [2, 3, 4, 5, 6, 7].map(numberWord),
  questions: (scene) => {
    const rows = rowsOf(scene).map((row) => row.length);
    const answer = word(scene.objects.length);
    const sum = rows.filter((inRow) => inRow > 0).map(word);
    return [
      {
        kind: "all",
        family: "quantitative",
        answer,
        visible: "",
        phrasings: () => ["How many objects are there?", "How many objects does the picture show?"],
        steps: () => [
          ...rows.map((inRow, row) => `I count ${counted(inRow, {})} in the ${rowNames[row]} row`),
          `${capitalise(sum.join(" and "))} ${sum.length === 1 ? "is" : "make"} ${answer}`,
          `Therefore the number of objects is ${answer}`,
        ],
        needs: scene.objects.flatMap((_, index) => needs(index, "place")),
      },
    ];
  },
};

export const quantitativeKinds: readonly QuestionKind[] = [
  countKind("count", single),
  countKind("count-two", double),
  compare,
  equal,
  total,
  difference,
  all,
];
