/** Tokenizers that the reference material makes from merges.txt, since tokenizer.json would be large. Node only. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Text of the tokenizer.json of the checkpoint in `folder`, which has a tokenizer.mjs. */
export async function madeTokenizerJson(folder: string): Promise<string> {
  const made = (await import(/* @vite-ignore */ pathToFileURL(join(folder, "tokenizer.mjs")).href)) as {
    tokenizerJson(merges: string, config: unknown): unknown;
  };
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return JSON.stringify(made.tokenizerJson(read("merges.txt"), JSON.parse(read("tokenizer_config.json"))));
}
