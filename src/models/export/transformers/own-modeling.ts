/** How a folder brings along what transformers lacks for it. */

export interface OwnModeling {
  /** Class of transformers that takes the model where its layers are alike. */
  readonly baseClass: string;
  /** Class of the folder's own code. */
  readonly className: string;
  /** Class of transformers that opens either. */
  readonly autoClass: string;
  /** The Python file that has the class. */
  readonly code: string;
}
