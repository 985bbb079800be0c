/** The scene under the user's hands: what is selected, edits with undo, and scenes drawn at random to choose from. */
import { createRandom } from "../../../core/random.ts";
import { families } from "../../../scenes/questions/index.ts";
import { sampleQuestions } from "../../../scenes/sample-question.ts";
import type { Scene } from "../../../scenes/scene.ts";
import type { Context } from "../../context.ts";
import type { InputActions } from "./input.ts";
import type { Example } from "./input-state.ts";
import {
  type Attributes,
  addObject,
  changeObject,
  type Direction,
  landing,
  moveObject,
  neighbour,
  objectIn,
  removeObject,
} from "./scene-edit.ts";
import { encodeScene } from "./scene-link.ts";
import { questionAfterEdit, shownScene } from "./scene-questions.ts";
import type { SceneVersion } from "./scenes-state.ts";

/** Scenes of a drawn gallery; the last one shows a pair of colour and shape that training never showed. */
const GALLERY = 6;

const KEPT_VERSIONS = 100;

export interface ScenesActions {
  /** Draws a new gallery. */
  shuffle(): void;
  /** Back to the model's own examples. */
  showExamples(): void;
  select(cell: number | null): void;
  /** Moves the object of a cell to a point, given as shares of the picture; it settles in the cell there. */
  drop(from: number, x: number, y: number): void;
  /** Moves the selected object to the neighbouring cell, where there is one. */
  step(direction: Direction): void;
  /** Changes the selected object, unless `changeProblem` forbids it. */
  change(change: Partial<Attributes>): void;
  add(): void;
  /** Removes the selected object. */
  remove(): void;
  undo(): void;
  redo(): void;
}

export function createScenesActions(context: Context, input: Pick<InputActions, "showScene">): ScenesActions {
  const { environment, patch, get } = context;

  function nextSeed(): number {
    const { seed } = get().scenes;
    // The first draw of a visit begins at another place each time.
    const next = seed === 0 ? 1 + Math.floor(environment.now()) : seed + 1;
    patch("scenes", { seed: next });
    return next;
  }

  function version(): SceneVersion | null {
    const scene = shownScene(get());
    return scene && { scene, question: get().input.question, selected: get().scenes.selected };
  }

  function show(scene: Scene, question: string): void {
    const { picture } = get().input;
    if (picture?.exampleId) input.showScene(scene, question, picture.exampleId);
  }

  function edit(apply: (scene: Scene, selected: number | null) => { scene: Scene; selected: number | null }): void {
    const before = version();
    if (before === null) return;
    const { scene, selected } = apply(before.scene, before.selected);
    if (encodeScene(scene) === encodeScene(before.scene)) {
      patch("scenes", { selected });
      return;
    }
    patch("scenes", { selected, past: [...get().scenes.past, before].slice(-KEPT_VERSIONS), future: [] });
    show(scene, questionAfterEdit(before.scene, scene, before.question));
  }

  /** Goes back or forth; the question at hand stays where that scene allows it too. */
  function travel(from: "past" | "future", to: "past" | "future"): void {
    const now = version();
    const { [from]: source, [to]: target } = get().scenes;
    const goal = source.at(-1);
    if (!now || !goal) return;
    patch("scenes", { [from]: source.slice(0, -1), [to]: [...target, now], selected: goal.selected });
    const kept = questionAfterEdit(now.scene, goal.scene, now.question) === now.question;
    show(goal.scene, kept ? now.question : goal.question);
  }

  return {
    shuffle() {
      const seed = nextSeed();
      const random = createRandom(seed);
      const asked = families.filter((family) => family !== "describe");
      const familiar = sampleQuestions(random, "evaluation", asked);
      const unfamiliar = sampleQuestions(random, "held-out", random.shuffle(asked));
      const shuffled = Array.from({ length: GALLERY }, (_, index): Example => {
        const { scene, samples } = (index < GALLERY - 1 ? familiar : unfamiliar).next().value;
        const { question, family } = samples[0] ?? { question: "Describe the picture.", family: "describe" };
        return { id: `${seed}.${index + 1}`, question, family, scene };
      });
      patch("scenes", { shuffled });
    },
    showExamples: () => patch("scenes", { shuffled: [] }),
    select: (selected) => patch("scenes", { selected }),
    drop(from, x, y) {
      edit((scene) => {
        const { cell, offset } = landing(x, y);
        return { scene: moveObject(scene, from, cell, offset), selected: cell };
      });
    },
    step(direction) {
      edit((scene, selected) => {
        const to = selected === null ? null : neighbour(selected, direction);
        return selected === null || to === null
          ? { scene, selected }
          : { scene: moveObject(scene, selected, to), selected: to };
      });
    },
    change(change) {
      edit((scene, selected) => ({
        scene: selected === null ? scene : changeObject(scene, selected, change),
        selected,
      }));
    },
    add() {
      const random = createRandom(nextSeed());
      edit((scene, selected) => {
        const added = addObject(scene, random);
        return added ? { scene: added.scene, selected: added.cell } : { scene, selected };
      });
    },
    remove() {
      edit((scene, selected) => {
        const rest = selected === null ? scene : removeObject(scene, selected);
        return { scene: rest, selected: objectIn(rest, selected) ? selected : null };
      });
    },
    undo: () => travel("past", "future"),
    redo: () => travel("future", "past"),
  };
}
