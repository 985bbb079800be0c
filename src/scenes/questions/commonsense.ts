/** Commonsense questions: what would happen to an object, by the rules over material and shape. */
import { consequence, type Property, properties, propertyNamed } from "../properties.ts";
import type { SceneObject } from "../scene.ts";
import { capitalise, listed, named, numberWord, observed, withArticle } from "../words.ts";
import { answerYes, needs, type QuestionKind, type Reference, references, yesOrNo } from "./question.ts";

/**
 * "Will the red ball float?": the question never names the material, nor the shape where the shape alone decides.
 * Where both count (float), answers are balanced within each shape that a question names.
 */
function propertyKind(property: Property): QuestionKind {
  const shapeDecides = property.attributes.length === 1 && property.attributes[0] === "shape";
  const hidden = shapeDecides ? (["shape"] as const) : (["material"] as const);
  return {
    name: property.name,
    family: "commonsense",
    balanced: yesOrNo,
    questions: (scene) =>
      references(scene, hidden).map((reference) => ({
        kind: property.name,
        family: "commonsense",
        answer: answerYes(property.holds(reference.object)),
        visible: visibleIn(reference, property),
        phrasings: () => property.questions.map((ask) => ask(reference.name)),
        steps: () => [
          `I observe ${observed(reference.object)}`,
          property.reason(reference.object),
          `Therefore ${consequence(property, reference.object)}`,
        ],
        needs: needs(reference.index, ...property.attributes),
      })),
  };
}

function visibleIn({ selection }: Reference, { attributes }: Property): string {
  return attributes.map((attribute) => selection[attribute] ?? "").join(" ");
}

const roll = propertyNamed("roll");
const fragile = propertyNamed("break");

const rollAndBreak: QuestionKind = {
  name: "roll-and-break",
  family: "commonsense",
  balanced: yesOrNo,
  questions: (scene) =>
    references(scene, ["shape", "material"]).map(({ index, object, name }) => {
      const holds = roll.holds(object) && fragile.holds(object);
      return {
        kind: "roll-and-break",
        family: "commonsense",
        answer: answerYes(holds),
        visible: "",
        phrasings: () => [`Will ${name} roll off a tilted table and break?`, `Can ${name} roll off a shelf and break?`],
        steps: () => [
          `I observe ${observed(object)}`,
          roll.reason(object),
          fragile.reason(object),
          `Therefore ${named(object)} ${holds ? "rolls" : "does not roll"} and ${holds ? "breaks" : "break"}`,
        ],
        needs: needs(index, "shape", "material"),
      };
    }),
};

const which: QuestionKind = {
  name: "which",
  family: "commonsense",
  balanced: [],
  questions: (scene) =>
    properties.flatMap((property) => {
      const holders = scene.objects.filter(property.holds);
      const [holder] = holders;
      if (holder === undefined || holders.length > 1) return [];
      return [
        {
          kind: "which",
          family: "commonsense" as const,
          answer: `${holder.colour} ${holder.shape}`,
          visible: property.name,
          phrasings: () => [`Which object ${property.which}?`, `What ${property.which} in the picture?`],
          steps: () => [
            `I observe ${observed(holder)}`,
            property.reason(holder),
            `Therefore ${consequence(property, holder)}`,
          ],
          needs: needs(scene.objects.indexOf(holder), "colour", "shape", ...property.attributes),
        },
      ];
    }),
};

/** "a red metal ball". */
function brief(object: SceneObject): string {
  return withArticle(`${object.colour} ${object.material} ${object.shape}`);
}

const howMany: QuestionKind = {
  name: "how-many",
  family: "commonsense",
  balanced: [0, 1, 2, 3].map(numberWord),
  questions: (scene) =>
    properties.map((property) => {
      const holders = scene.objects.filter(property.holds);
      const verb = holders.length === 1 ? property.singular : property.plural;
      const answer = numberWord(holders.length);
      return {
        kind: "how-many",
        family: "commonsense",
        answer,
        visible: property.name,
        phrasings: () => [`How many objects ${property.howMany}?`, `How many of the objects ${property.howMany}?`],
        steps: () => [
          `I observe ${listed(scene.objects.map(brief))}`,
          holders.length === 0 ? `No object ${property.singular}` : `${capitalise(listed(holders.map(named)))} ${verb}`,
          `Therefore ${answer} ${holders.length === 1 ? "object" : "objects"} ${verb}`,
        ],
        needs: scene.objects.flatMap((_, index) => needs(index, ...property.attributes)),
      };
    }),
};

export const commonsenseKinds: readonly QuestionKind[] = [
  ...properties.map(propertyKind),
  rollAndBreak,
  which,
  howMany,
];
