/**
 * Fetches the tokenizers that tests compare with and that are too large, or under terms of their own, to be part of the
 * project: `npm run tokenizers` takes them out of npm's packages, 61 MB on their way, 52 MB in node_modules/.cache.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PUBLISHED_TOKENIZERS, publishedTokenizer } from "../src/testing/published-tokenizers.ts";

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed.`, { cause: error });
}

for (const name of Object.keys(PUBLISHED_TOKENIZERS) as (keyof typeof PUBLISHED_TOKENIZERS)[]) {
  const { folder, found } = publishedTokenizer(name);
  if (found) continue;
  const packed = mkdtempSync(join(tmpdir(), "tokenizer-"));
  try {
    run("npm", ["pack", PUBLISHED_TOKENIZERS[name], "--silent", "--pack-destination", packed]);
    const [file = ""] = readdirSync(packed);
    mkdirSync(folder, { recursive: true });
    run("tar", ["xzf", join(packed, file), "-C", folder, "--strip-components=2", "package/models"]);
  } finally {
    rmSync(packed, { recursive: true });
  }
  console.log(`${name}: ${folder}`);
}
