/** What is known of one picture and question whose answers this browser keeps. */
export interface KeptAnswer {
  readonly name: string;
  readonly bytes: number;
  /** When it was last added to, milliseconds since 1970. */
  readonly at: number;
  /** What people call the model. */
  readonly model: string;
  readonly picture: string;
  /** Names the picture's pixels, see `nameOfPicture`. */
  readonly content: string;
  /** The beginning of it. */
  readonly question: string;
  /** Measurements, some perhaps of one plan. */
  readonly measured: number;
}
