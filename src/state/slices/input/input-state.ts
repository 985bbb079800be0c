/** The picture and the question at hand. */
import type { Picture } from "../../../engine/contract.ts";
import type { Scene } from "../../../scenes/scene.ts";
import type { Failure } from "../../failure.ts";

/** A picture with a question: one that comes with the model, or a scene that the page has drawn at random. */
export type Example = {
  readonly id: string;
  readonly question: string;
  readonly family: string;
  /** What it asks in two or three words; absent where nobody says. */
  readonly label?: string;
} & ({ readonly imageUrl: string } | { readonly scene: Scene });

export interface ShownPicture {
  /** Names its pixels, see `nameOfPicture`: part of the name of everything computed from it. */
  readonly content: string;
  readonly name: string;
  /** The example that it is, or was before it was edited; `LINKED` for a link's scene, null for an own picture. */
  readonly exampleId: string | null;
  readonly picture: Picture;
  /** For an <img>; null for a scene, which the page draws itself. */
  readonly previewUrl: string | null;
  /** The file was an animation, whose first picture it is. */
  readonly animated: boolean;
  readonly scene: Scene | null;
  /** What this browser keeps an own picture under; null for others, and where it does not keep it. */
  readonly keptAs: string | null;
}

export interface InputState {
  readonly examples: readonly Example[];
  readonly picture: ShownPicture | null;
  readonly decoding: boolean;
  readonly pictureFailure: Failure | null;
  /** Why a reload loses the picture, in a sentence; null where it does not. */
  readonly notKept: string | null;
  /** The question as typed. */
  readonly draft: string;
  /** The question that was asked last. */
  readonly question: string;
  readonly questionFailure: Failure | null;
  /** What somebody has typed into the field last; the field may show another text since. */
  readonly typed: string;
  /** Cut the picture into frames as the checkpoint's processor does. */
  readonly split: boolean;
  /** Image tokens that the picture may take at most; null for the model's own, and where it cannot be chosen. */
  readonly budget: number | null;
}

export const initialInput: InputState = {
  examples: [],
  picture: null,
  decoding: false,
  pictureFailure: null,
  notKept: null,
  draft: "",
  question: "",
  questionFailure: null,
  typed: "",
  split: false,
  budget: null,
};
