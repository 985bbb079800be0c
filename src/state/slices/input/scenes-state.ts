/** The scene that is being edited, those drawn at random, and what somebody had made before it was replaced. */
import type { Scene } from "../../../scenes/scene.ts";
import type { Example, InputState } from "./input-state.ts";

/** A scene to come back to, with the question that was asked about it. */
export interface SceneVersion {
  readonly scene: Scene;
  readonly question: string;
  readonly selected: number | null;
}

/** What was there before, to come back to. */
export interface ReplacedInput {
  /** What was replaced, in a sentence. */
  readonly words: string;
  readonly asked: Pick<InputState, "question" | "draft" | "typed">;
  /** With the edits that led to it; null where the picture was not replaced. */
  readonly picture: Pick<InputState, "picture"> | null;
  readonly edits: Pick<ScenesState, "selected" | "past" | "future">;
}

export interface ScenesState {
  /** Of the draw that was made last, a gallery or an object; 0 before the first. */
  readonly seed: number;
  /** Scenes drawn at random; empty while the model's own examples are shown. */
  readonly shuffled: readonly Example[];
  /** Cell of the selected object. */
  readonly selected: number | null;
  /** Oldest first. */
  readonly past: readonly SceneVersion[];
  /** What was undone, the next to redo last. */
  readonly future: readonly SceneVersion[];
  /** An own picture, an edited scene or a typed question that was replaced, and can be had back. */
  readonly replaced: ReplacedInput | null;
}

export const initialScenes: ScenesState = {
  seed: 0,
  shuffled: [],
  selected: null,
  past: [],
  future: [],
  replaced: null,
};
