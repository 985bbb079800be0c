/** Physical questions: what an object is like, and where it is. */
import { cellOf, colours, materials, rowAndColumn, type Scene, type SceneObject, shapes, sizes } from "../scene.ts";
import { materialNouns, named, observed, placeOf, withArticle } from "../words.ts";
import { answerYes, needs, orderedPairs, type QuestionKind, references, yesOrNo } from "./question.ts";

type AttributeKind = "colour" | "shape" | "material" | "size";

const attributeWords: Readonly<
  Record<
    AttributeKind,
    {
      readonly answers: readonly string[];
      readonly answer: (object: SceneObject) => string;
      readonly ask: (name: string) => readonly string[];
      readonly conclude: (name: string, object: SceneObject) => string;
    }
  >
> = {
  colour: {
    answers: colours,
    answer: (object) => object.colour,
    ask: (name) => [`What colour is ${name}?`, `What color is ${name}?`, `Which colour does ${name} have?`],
    conclude: (name, object) => `${name} is ${object.colour}`,
  },
  shape: {
    answers: shapes,
    answer: (object) => object.shape,
    ask: (name) => [`What shape is ${name}?`, `Which shape does ${name} have?`],
    conclude: (name, object) => `${name} is ${withArticle(object.shape)}`,
  },
  material: {
    answers: materials.map((material) => materialNouns[material]),
    answer: (object) => materialNouns[object.material],
    ask: (name) => [`What is ${name} made of?`, `Which material is ${name} made of?`],
    conclude: (name, object) => `${name} is made of ${materialNouns[object.material]}`,
  },
  size: {
    answers: sizes,
    answer: (object) => object.size,
    ask: (name) => [`What size is ${name}?`, `Is ${name} small or large?`],
    conclude: (name, object) => `${name} is ${object.size}`,
  },
};

function attributeKind(attribute: AttributeKind): QuestionKind {
  const words = attributeWords[attribute];
  return {
    name: attribute,
    family: "physical",
    balanced: words.answers,
    questions: (scene) =>
      references(scene, [attribute]).map(({ index, object, name }) => ({
        kind: attribute,
        family: "physical",
        answer: words.answer(object),
        visible: "",
        phrasings: () => words.ask(name),
        steps: () => [`I observe ${observed(object)}`, `Therefore ${words.conclude(name, object)}`],
        needs: needs(index, attribute),
      })),
  };
}

const place: QuestionKind = {
  name: "place",
  family: "physical",
  balanced: [],
  questions: (scene) =>
    scene.objects.map((object, index) => ({
      kind: "place",
      family: "physical",
      answer: `${object.colour} ${object.shape}`,
      visible: "",
      phrasings: () => [`What is ${placeOf(object)}?`, `Which object is ${placeOf(object)}?`],
      steps: () => [`I observe ${observed(object)}`, `Therefore the object ${placeOf(object)} is ${named(object)}`],
      needs: needs(index, "colour", "shape", "place"),
    })),
};

interface Direction {
  readonly word: string;
  readonly opposite: string;
  /** The row or column that decides, counted so that smaller is farther in this direction. */
  readonly rank: (object: SceneObject) => number;
  readonly ask: (name: string, other: string) => readonly string[];
}

const column = (object: SceneObject) => rowAndColumn(cellOf(object)).column;
const row = (object: SceneObject) => rowAndColumn(cellOf(object)).row;
const sideways = (side: string) => (name: string, other: string) => [
  `Is ${name} to the ${side} of ${other}?`,
  `Does ${name} lie to the ${side} of ${other}?`,
];
const upright = (word: string) => (name: string, other: string) => [
  `Is ${name} ${word} ${other}?`,
  `Does ${name} lie ${word} ${other}?`,
];

const horizontal: readonly Direction[] = [
  { word: "to the left of", opposite: "to the right of", rank: column, ask: sideways("left") },
  { word: "to the right of", opposite: "to the left of", rank: (object) => -column(object), ask: sideways("right") },
];
const vertical: readonly Direction[] = [
  { word: "above", opposite: "below", rank: row, ask: upright("above") },
  { word: "below", opposite: "above", rank: (object) => -row(object), ask: upright("below") },
];

function relationKind(name: string, directions: readonly Direction[]): QuestionKind {
  return {
    name,
    family: "physical",
    balanced: yesOrNo,
    questions: (scene) =>
      orderedPairs(scene).flatMap(([first, second]) => {
        const [object, other] = pair(scene, first, second);
        return directions
          .filter((direction) => direction.rank(object) !== direction.rank(other))
          .map((direction) => {
            const holds = direction.rank(object) < direction.rank(other);
            const relation = holds ? direction.word : direction.opposite;
            return {
              kind: name,
              family: "physical" as const,
              answer: answerYes(holds),
              visible: direction.word,
              phrasings: () => direction.ask(named(object), named(other)),
              steps: () => [
                `I observe ${named(object)} ${placeOf(object)}`,
                `I observe ${named(other)} ${placeOf(other)}`,
                `Therefore ${named(object)} is ${relation} ${named(other)}`,
              ],
              needs: [...needs(first, "place"), ...needs(second, "place")],
            };
          });
      }),
  };
}

const extremes = [
  { ask: "farthest to the left", other: "as far to the left", rank: column },
  { ask: "farthest to the right", other: "as far to the right", rank: (object: SceneObject) => -column(object) },
  { ask: "highest", other: "as high", rank: row },
  { ask: "lowest", other: "as low", rank: (object: SceneObject) => -row(object) },
] as const;

const farthest: QuestionKind = {
  name: "farthest",
  family: "physical",
  balanced: [],
  questions: (scene) =>
    extremes.flatMap((extreme) => {
      const best = Math.min(...scene.objects.map(extreme.rank));
      const winners = scene.objects.filter((object) => extreme.rank(object) === best);
      const [winner] = winners;
      if (winner === undefined || winners.length > 1) return [];
      return [
        {
          kind: "farthest",
          family: "physical" as const,
          answer: `${winner.colour} ${winner.shape}`,
          visible: extreme.ask,
          phrasings: () => [`Which object is ${extreme.ask}?`, `What is ${extreme.ask} in the picture?`],
          steps: () => [
            `I observe ${observed(winner)}`,
            `No other object is ${extreme.other}`,
            `Therefore ${named(winner)} is ${extreme.ask}`,
          ],
          needs: needs(scene.objects.indexOf(winner), "colour", "shape", "place"),
        },
      ];
    }),
};

const samenesses = [
  {
    attribute: "material" as const,
    ask: (a: string, b: string) => [
      `Are ${a} and ${b} made of the same material?`,
      `Is ${a} made of the same material as ${b}?`,
    ],
    same: "are made of the same material",
    different: "are made of different materials",
  },
  {
    attribute: "size" as const,
    ask: (a: string, b: string) => [`Do ${a} and ${b} have the same size?`, `Is ${a} of the same size as ${b}?`],
    same: "have the same size",
    different: "have different sizes",
  },
];

const same: QuestionKind = {
  name: "same",
  family: "physical",
  balanced: yesOrNo,
  questions: (scene) =>
    orderedPairs(scene).flatMap(([first, second]) => {
      const [object, other] = pair(scene, first, second);
      return samenesses.map(({ attribute, ask, same: alike, different }) => {
        const holds = object[attribute] === other[attribute];
        return {
          kind: "same",
          family: "physical" as const,
          answer: answerYes(holds),
          visible: attribute,
          phrasings: () => ask(named(object), named(other)),
          steps: () => [
            `I observe ${observed(object)}`,
            `I observe ${observed(other)}`,
            `Therefore ${named(object)} and ${named(other)} ${holds ? alike : different}`,
          ],
          needs: [...needs(first, attribute), ...needs(second, attribute)],
        };
      });
    }),
};

function pair(scene: Scene, first: number, second: number): readonly [SceneObject, SceneObject] {
  // Indices come from the scene itself.
  return [scene.objects[first] as SceneObject, scene.objects[second] as SceneObject];
}

export const physicalKinds: readonly QuestionKind[] = [
  attributeKind("colour"),
  attributeKind("shape"),
  attributeKind("material"),
  attributeKind("size"),
  place,
  relationKind("side", horizontal),
  relationKind("height", vertical),
  farthest,
  same,
];
