/** What became of the link that opened the page. */
export interface LinkState {
  /** Parts of it that are not shown as asked, each with the reason and what is shown instead. */
  readonly notes: readonly string[];
  /** The address stays as the link has it: the model that it names has been asked about and not been answered. */
  readonly holds: boolean;
}

export const initialLink: LinkState = { notes: [], holds: false };
