/** What the original's README.md says in its front matter, as far as an export has to say it again. */

export interface ModelCard {
  /** Lines of the front matter that name the licence (`license`, `license_name`, `license_link`) and the language. */
  readonly lines: readonly string[];
  /** The licence as people read it; null where the card names none. */
  readonly licence: string | null;
}

const KEPT = /^(license|license_name|license_link|language):\s*(\S.*)$/;

/** @param readme the original's README.md; null where there is none. */
export function readModelCard(readme: string | null): ModelCard {
  const front = /^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(readme ?? "")?.[1] ?? "";
  const lines = front.split(/\r?\n/).filter((line) => KEPT.test(line));
  const stated = (key: string) => lines.map((line) => KEPT.exec(line)).find((found) => found?.[1] === key)?.[2];
  return { lines, licence: stated("license_name") ?? stated("license") ?? null };
}
