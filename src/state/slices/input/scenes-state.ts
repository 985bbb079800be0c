/** The scene that is being edited, and those drawn at random. */
import type { Scene } from "../../../scenes/scene.ts";
import type { Example } from "./input-state.ts";

/** A scene to come back to, with the question that was asked about it. */
export interface SceneVersion {
  readonly scene: Scene;
  readonly question: string;
  readonly selected: number | null;
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
}

export const initialScenes: ScenesState = { seed: 0, shuffled: [], selected: null, past: [], future: [] };
