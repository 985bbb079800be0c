/** Draws questions so that neither their kind nor their wording gives the answer away. */
import type { Random } from "../core/random.ts";
import { type Family, questionKinds, referenceTrace } from "./questions/index.ts";
import type { QuestionKind, SceneQuestion } from "./questions/question.ts";
import { pick, sampleScene } from "./sample-scene.ts";
import type { Scene } from "./scene.ts";
import { isHeldOut, type Split } from "./splits.ts";

/** A question about a scene with its reference reasoning: what the model is trained on and measured by. */
export interface SceneSample {
  readonly family: Family;
  readonly kind: string;
  readonly question: string;
  readonly trace: string;
  readonly answer: string;
}

/** How far an answer may be ahead of the rarest one of its group. */
const SLACK = 2;

export class QuestionSampler {
  /** How often each answer was given, by kind and by what the question shows. */
  readonly #given = new Map<string, number>();
  /** Answers that some scene allowed, by the same key. */
  readonly #possible = new Set<string>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * A question of this kind about the scene, or null when the scene allows none or only answers that were given too
   * often. The wording is drawn first and the answer second, so that answers are balanced for every wording.
   */
  draw(kind: QuestionKind, scene: Scene, fits?: (question: SceneQuestion) => boolean): SceneSample | null {
    const questions = kind.questions(scene).filter(fits ?? (() => true));
    if (questions.length === 0) return null;
    const visible = pick(this.#random, [...new Set(questions.map((question) => question.visible))]);
    const group = questions.filter((question) => question.visible === visible);
    const answers = [...new Set(group.map((question) => question.answer))];
    const rarest = Math.min(...answers.map((answer) => this.#count(kind, visible, answer)));
    const answer = pick(
      this.#random,
      answers.filter((candidate) => this.#count(kind, visible, candidate) === rarest),
    );
    for (const possible of answers) this.#possible.add(keyOf(kind, visible, possible));
    if (kind.balanced.includes(answer)) {
      // Under a condition some answers never occur: a count of zero needs no object, so none that is held out.
      const balanced = kind.balanced.filter((other) => !fits || this.#possible.has(keyOf(kind, visible, other)));
      const fewest = Math.min(...balanced.map((other) => this.#count(kind, visible, other)));
      if (rarest > fewest + SLACK) return null;
    }
    const key = keyOf(kind, visible, answer);
    this.#given.set(key, rarest + 1);
    const question = pick(
      this.#random,
      group.filter((candidate) => candidate.answer === answer),
    );
    return toSample(question, pick(this.#random, question.phrasings()));
  }

  #count(kind: QuestionKind, visible: string, answer: string): number {
    return this.#given.get(keyOf(kind, visible, answer)) ?? 0;
  }
}

function keyOf(kind: QuestionKind, visible: string, answer: string): string {
  return `${kind.name}|${visible}|${answer}`;
}

export function toSample(question: SceneQuestion, asked: string): SceneSample {
  const { family, kind, answer } = question;
  return { family, kind, question: asked, trace: referenceTrace(question), answer };
}

/** Kinds in which every question needs an object that was never seen in training, for the held-out split. */
function needsHeldOut(scene: Scene): (question: SceneQuestion) => boolean {
  return (question) =>
    question.needs.some(({ object }) => {
      const needed = scene.objects[object];
      return needed !== undefined && isHeldOut(needed);
    });
}

export interface SampledScene {
  readonly scene: Scene;
  readonly samples: readonly SceneSample[];
}

/** Endless scenes of a split with a description and up to `questions` questions each. */
export function* sampleTrainingScenes(random: Random, split: Split, questions: number): Generator<SampledScene, never> {
  const sampler = new QuestionSampler(random);
  const describe = kindNamed("describe");
  const others = questionKinds.filter((kind) => kind !== describe);
  for (;;) {
    const scene = sampleScene(random, split);
    const first = sampler.draw(describe, scene);
    const samples: SceneSample[] = first ? [first] : [];
    for (const kind of random.shuffle(others)) {
      if (samples.length > questions) break;
      const sample = sampler.draw(kind, scene);
      if (sample) samples.push(sample);
    }
    yield { scene, samples };
  }
}

/** Endless scenes of a split with one question each, the families of `from` in turn and their kinds equally often. */
export function* sampleQuestions(
  random: Random,
  split: Split,
  from: readonly Family[],
): Generator<SampledScene, never> {
  const sampler = new QuestionSampler(random);
  const asked = new Map<string, number>();
  for (let turn = 0; ; turn++) {
    const family = from[turn % from.length];
    const kinds = random
      .shuffle(questionKinds.filter((kind) => kind.family === family))
      .sort((left, right) => (asked.get(left.name) ?? 0) - (asked.get(right.name) ?? 0));
    const [kind] = kinds;
    if (kind === undefined) throw new RangeError("Name at least one question family.");
    asked.set(kind.name, (asked.get(kind.name) ?? 0) + 1);
    for (;;) {
      const scene = sampleScene(random, split);
      const sample = sampler.draw(kind, scene, split === "held-out" ? needsHeldOut(scene) : undefined);
      if (sample) {
        yield { scene, samples: [sample] };
        break;
      }
    }
  }
}

function kindNamed(name: string): QuestionKind {
  const kind = questionKinds.find((candidate) => candidate.name === name);
  if (!kind) throw new RangeError(`There is no question kind "${name}".`);
  return kind;
}
