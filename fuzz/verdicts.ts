/**
 * Holds what the engine makes of damaged checkpoints against what transformers makes of them:
 *
 *   python -m training.loader_verdicts --model public/models/scenes --picture src/testing/pictures/scene.png --out DIR
 *   npm run fuzz:verdicts -- DIR
 *
 * What both read has to give the same text. What transformers does not read may be read here only where it makes no
 * difference; what it reads may be refused, with a file or tensor that is named, since less is supported here. The exit
 * status is 1 otherwise.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCaptured } from "../src/cli/testing/run-captured.ts";
import { judge, type Verdict } from "./judge-verdicts.ts";

interface Record {
  readonly question: string;
  readonly picture: string;
  readonly tokens: number;
  readonly transformers: string;
  readonly undamaged: string;
  readonly copies: readonly {
    readonly folder: string;
    readonly done: string;
    readonly text: string | null;
    readonly why: string;
  }[];
}

const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
if (folder === undefined) throw new Error("Name the folder that training.loader_verdicts has written.");
const { question, picture, tokens, copies, ...made } = JSON.parse(
  readFileSync(join(folder, "verdicts.json"), "utf8"),
) as Record;

/** The engine's verdict, by way of the command line. */
async function verdictOf(name: string): Promise<Verdict> {
  const { code, output, errors } = await runCaptured([
    ...["generate", "--model", join(folder ?? "", name), "--image", picture],
    ...["--question", question, "--max-tokens", String(tokens)],
  ]);
  return code === 0 ? { text: output.trim(), why: "" } : { text: null, why: errors.trim() };
}

const counts = new Map<string, number>();
for (const { folder: name, done, ...theirs } of copies) {
  const ours = await verdictOf(name);
  const { kind, fails } = judge(ours, theirs, made.undamaged);
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (fails) process.exitCode = 1;
  if (fails || kind === "refused here alone") {
    console.log(
      `${fails ? "FAILED " : ""}${name} (${done}): ${kind}\n    here: ${ours.text ?? ours.why}\n    there: ${theirs.text ?? theirs.why}`,
    );
  }
}
console.log(`${copies.length} copies, transformers ${made.transformers}:`);
for (const [kind, count] of counts) console.log(`${String(count).padStart(6)} ${kind}`);
