/** transformers.js, in a process of its own, loads what was exported and writes our tokens: with the lines of docs/exports.md. */
import { spawn } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { useTemporaryFolder } from "../../../cli/testing/temporary-folder.ts";
import { type Plan, planPruning } from "../../../core/plan.ts";
import { openNodeSession } from "../../../engine/node-engine.ts";
import type { PreparedInput } from "../../../engine/pass/batch.ts";
import { createPruningMasks } from "../../../engine/pass/compensation.ts";
import type { Session } from "../../../engine/session.ts";
import { BUNDLED, smallSample, unevenPlan, writeSmallFolder } from "../../../engine/testing/small-folders.ts";
import { projectRoot } from "../../../testing/shared.ts";
import { bundledPlan, bundledPrompts } from "./testing/bundled-prompts.ts";
import { exportTo } from "./testing/run-exported.ts";

const TOKENS = 24;

/** What the example of the documents prints and finds, and the ids behind it. */
const EXAMPLE_IDS = "\nconsole.log(JSON.stringify(ids.tolist()[0].map(Number)));\n";

/** A text model, of which the documents have no example of their own. */
const TEXT_PROGRAM = `
import { AutoModelForCausalLM, env, Tensor } from "@huggingface/transformers";
env.allowRemoteModels = false;
const [folder, text] = process.argv.slice(2);
const prompt = JSON.parse(text);
const model = await AutoModelForCausalLM.from_pretrained(folder);
const integers = (values) => new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
const inputs = { input_ids: integers(prompt), attention_mask: integers(prompt.map(() => 1)) };
const ids = await model.generate({ ...inputs, max_new_tokens: ${TOKENS}, do_sample: false });
console.log(JSON.stringify(ids.tolist()[0].map(Number)));
`;

/** The JavaScript in the document's section. */
async function exampleOf(document: string, section: string): Promise<string> {
  const text = await readFile(join(projectRoot, document), "utf8");
  const [, after = ""] = text.split(`\n## ${section}\n`);
  const code = /```js\n([\s\S]*?)```/.exec(after.split("\n## ")[0] ?? "")?.[1];
  if (!code) throw new Error(`${document} has no example under "${section}".`);
  return code;
}

/** The lines that `program` prints, whose imports are of transformers.js. */
async function runProgram(folder: string, program: string, args: readonly string[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  await symlink(inject("transformersJs"), join(folder, "node_modules"), "junction").catch(() => {});
  const file = join(folder, "program.mjs");
  await writeFile(file, program);
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ORT_DISABLE_TELEMETRY: "1" } });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (output += String(data)));
  child.stderr.on("data", (data: Buffer) => (errors += String(data)));
  const status = await new Promise((done, fail) => child.on("error", fail).on("close", done));
  if (status !== 0) throw new Error(`transformers.js ended with status ${status}.\n${errors.slice(-3000)}`);
  return output.trim().split("\n");
}

/** What our engine writes, the removed units masked. */
async function ownIds(session: Session, plan: Plan, input: PreparedInput): Promise<number[]> {
  const masks = await createPruningMasks(session.model, planPruning(plan, session.summary.layout));
  const { ids } = await session.generate(input, { masks, maximumTokens: TOKENS });
  masks.release();
  return [...ids];
}

describe("the bundled model in transformers.js", () => {
  const folder = useTemporaryFolder();
  let session: Session;
  beforeAll(async () => {
    session = await openNodeSession(BUNDLED);
  });
  afterAll(() => session?.dispose());

  it.each([
    ["flap", 0.3, "F32", {}],
    ["mucrasp", 0.5, "F32", { largest: 600_000 }],
    ["mucrasp", 0.5, "F16", {}],
  ] as const)(
    "writes our tokens from picture and question: %s at %s as %s %o",
    async (method, ratio, precision, more) => {
      const plan = await bundledPlan(session, method, ratio);
      const model = folder.path(`${method} ${precision}`);
      await exportTo(model, BUNDLED, session, plan, { precision, ...more });
      const example = await exampleOf("docs/exports.md", "transformers.js and onnxruntime");
      for (const [index, { input, picture, question }] of (await bundledPrompts(session, 2)).entries()) {
        const { width, height, pixels } = picture;
        const file = folder.path(`${index}.png`);
        await sharp(pixels, { raw: { width, height, channels: 4 } }).toFile(file);
        const printed = await runProgram(folder.path("program"), example + EXAMPLE_IDS, [model, file, question]);
        const found = JSON.parse(printed.at(-1) ?? "") as number[];
        expect(found.slice(0, input.prompt.length)).toEqual(input.prompt);
        const expected = await ownIds(session, plan, input);
        expect(found.slice(input.prompt.length)).toEqual(expected);
        expect(printed[0]).toContain(question);
      }
    },
  );
});

describe.each(["llama", "qwen2", "qwen3", "gemma3-text"] as const)("a small %s in transformers.js", (kind) => {
  const folder = useTemporaryFolder();

  it("writes our tokens, with another number of key/value heads in every layer", async () => {
    const model = writeSmallFolder(kind, folder.path("model"));
    const session = await openNodeSession(model);
    try {
      const plan = unevenPlan(session, { compensated: true });
      await exportTo(folder.path("onnx"), model, session, plan, { precision: "F32" });
      const { input } = smallSample(session.model.definition);
      const args = [folder.path("onnx"), JSON.stringify(input.prompt)];
      const printed = await runProgram(folder.path("program"), TEXT_PROGRAM, args);
      const expected = [...input.prompt, ...(await ownIds(session, plan, input))];
      expect(JSON.parse(printed.at(-1) ?? "")).toEqual(expected);
    } finally {
      await session.dispose();
    }
  });
});
