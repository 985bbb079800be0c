/** What the possible answers to a question say, so that it can be asked again of the world that a trace states. */
import { normaliseAnswer } from "../../core/metrics/answer.ts";
import type { SceneQuestion } from "../questions/index.ts";
import { colours, materials, type SceneObject, shapes, sizes } from "../scene.ts";
import { materialNouns, numberWord } from "../words.ts";
import type { Content } from "./content.ts";
import type { Mention } from "./mention.ts";
import { readNounPhrase } from "./phrases.ts";
import { Reader, tokensOf } from "./reader.ts";
import { readSentence } from "./sentence.ts";
import { directionNames, directions, opposite, wordsOf } from "./vocabulary.ts";

/** An answer, and a content from which it follows; yes or no may follow from several. */
export interface Candidate {
  readonly answer: string;
  readonly content: Content;
}

/**
 * Every answer that a question of this kind can have. The form comes from the conclusion of the question's own reference
 * reasoning; what the reference has found out there is replaced by each possibility.
 */
export function candidatesOf(question: SceneQuestion): readonly Candidate[] {
  const content = conclusionOf(question);
  switch (content?.type) {
    case "attribute":
      return content.identity
        ? names.map(({ answer, mention }) => ({ answer, content: { ...content, is: mention } }))
        : valuesLike(content.is).map(({ answer, is }) => ({ answer, content: { ...content, is } }));
    case "relation": {
      const asked = directionNames.find(
        (name) => wordsOf(question.visible).join(" ") === directions[name].words.join(" "),
      );
      if (asked === undefined) return [];
      return [
        { answer: "yes", content: { ...content, direction: asked } },
        { answer: "no", content: { ...content, direction: opposite[asked] } },
      ];
    }
    case "same":
      return yesAndNo((same) => ({ ...content, same }));
    case "extreme":
      return names.map(({ answer, mention }) => ({ answer, content: { ...content, mention } }));
    case "count": {
      const found = numberWord(content.count);
      return numbers.map((count) => ({
        answer: question.answer.replace(found, numberWord(count)),
        content: { ...content, count },
      }));
    }
    case "compare":
      if (question.kind === "difference") {
        return numbers.map((by) => ({ answer: numberWord(by), content: { ...content, relation: "more", by } }));
      }
      return (["more", "fewer", "equal"] as const).map((relation) => ({
        answer: relation === (question.kind === "equal" ? "equal" : "more") ? "yes" : "no",
        content: { ...content, relation, by: null },
      }));
    case "consequence": {
      if (question.kind === "which") {
        return names.map(({ answer, mention }) => ({ answer, content: { ...content, mention } }));
      }
      const [asked = ""] = question.phrasings();
      const mention = objectIn(asked);
      const verbs = content.predicate.verbs.map(({ property }) => ({ property, holds: true }));
      if (mention === null) return [];
      return yesAndNo((yes) => ({ ...content, mention, predicate: { verbs, denied: !yes } }));
    }
    case "holders":
      return numbers.map((count) => ({ answer: numberWord(count), content: { ...content, count } }));
    default:
      return [];
  }
}

/** The candidates that give this answer. */
export function giving(answer: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const wanted = normaliseAnswer(answer);
  return candidates.filter((candidate) => normaliseAnswer(candidate.answer) === wanted);
}

function conclusionOf(question: SceneQuestion): Content | null {
  const last = question.steps().at(-1) ?? "";
  return readSentence(tokensOf(last)).pieces.at(-1)?.content ?? null;
}

const numbers = Array.from({ length: 10 }, (_, count) => count);

/** All that an object can be called: colour and shape. */
const names = colours.flatMap((colour) =>
  shapes.map((shape) => ({ answer: `${colour} ${shape}`, mention: { colour, shape } satisfies Partial<SceneObject> })),
);

function yesAndNo(content: (yes: boolean) => Content): readonly Candidate[] {
  return [
    { answer: "yes", content: content(true) },
    { answer: "no", content: content(false) },
  ];
}

function valuesLike(is: Mention): readonly { readonly answer: string; readonly is: Mention }[] {
  if (is.colour !== undefined) return colours.map((colour) => ({ answer: colour, is: { colour } }));
  if (is.shape !== undefined) return shapes.map((shape) => ({ answer: shape, is: { shape } }));
  if (is.material !== undefined) {
    return materials.map((material) => ({ answer: materialNouns[material], is: { material } }));
  }
  return sizes.map((size) => ({ answer: size, is: { size } }));
}

/** The first object that a text speaks of: "the large ball" in "Will the large ball float?". */
function objectIn(text: string): Mention | null {
  const tokens = tokensOf(text);
  for (const [at, { word }] of tokens.entries()) {
    const phrase = word === "the" ? readNounPhrase(new Reader(tokens.slice(at))) : null;
    if (phrase !== null) return phrase.mention;
  }
  return null;
}
