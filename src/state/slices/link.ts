/** What became of the link that opened the page. */
import type { Context } from "../context.ts";

export interface LinkActions {
  /** The notes have been read. */
  dismiss(): void;
}

export function createLinkActions({ patch }: Context): LinkActions {
  return { dismiss: () => patch("link", { notes: [] }) };
}
