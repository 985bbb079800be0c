/** `scenes`: writes pictures of the small world with questions and reference reasoning, for training and for judging. */
import { mkdir, open, rename, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { formatBytes } from "../core/format-bytes.ts";
import { createRandom } from "../core/random.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../scenes/draw/draw-scene.ts";
import { type Family, families } from "../scenes/questions/index.ts";
import { type SampledScene, sampleQuestions, sampleTrainingScenes } from "../scenes/sample-question.ts";
import type { Scene } from "../scenes/scene.ts";
import { type Split, splits } from "../scenes/splits.ts";
import { defineCommand } from "./command.ts";
import type { CommandContext } from "./context.ts";
import { openDestination } from "./destination.ts";
import { fileError } from "./file-errors.ts";
import { wholeNumber } from "./options.ts";
import { createProgressLine, percent } from "./progress.ts";

/** Questions to a scene of the training split, after its description. */
const TRAINING_QUESTIONS = 8;
/** Pictures between two writes to the disk. */
const CHUNK = 256;
/** No scene with a question takes fewer bytes of text. */
const LEAST_LINE = 200;

const options = {
  count: { type: "number", value: "N", explanation: "How many scenes.", required: true },
  seed: { type: "number", value: "S", explanation: "Seed; the same one gives the same scenes.", required: true },
  out: {
    type: "text",
    value: "DIR",
    explanation: "Folder for pictures and questions; a name ending in .json writes one list without pictures.",
    required: true,
  },
  split: { type: "text", value: "NAME", explanation: `${splits.join(", ")}; else train.` },
  family: { type: "list", value: "NAME", explanation: "Only questions of this family; all three when absent." },
} as const;

const notes = `The folder gets data.json (what was written), pictures.rgb (${MODEL_PICTURE_SIZE} x ${MODEL_PICTURE_SIZE} x 3 bytes to a
picture, row by row) and scenes.jsonl (one scene to a line with its questions, reference traces and answers). A scene
of the training split comes with a description and up to ${TRAINING_QUESTIONS} questions, one of any other split with one question.`;

export const scenes = defineCommand({
  name: "scenes",
  summary: "Write scenes of the small world: pictures, questions, reference reasoning and answers.",
  notes,
  options,
  async run(given, context) {
    const split = oneOf("split", given.split ?? "train", splits);
    const count = wholeNumber("count", given.count, 1);
    const seed = wholeNumber("seed", given.seed, 0);
    const asked = given.family.map((name) => oneOf("family", name, families));
    const drawn = sampler(split, seed, asked.length > 0 ? asked : families.slice(0, 3));
    if (given.out.endsWith(".json")) await writeList(given.out, count, drawn, context);
    else await writeFolder(given.out, { split, seed, count }, drawn, context);
  },
});

function sampler(split: Split, seed: number, asked: readonly Family[]): Generator<SampledScene, never> {
  const random = createRandom(seed);
  return split === "train"
    ? sampleTrainingScenes(random, split, TRAINING_QUESTIONS)
    : sampleQuestions(random, split, asked);
}

async function writeList(
  path: string,
  count: number,
  drawn: Generator<SampledScene, never>,
  context: CommandContext,
): Promise<void> {
  const destination = await openDestination(path, context);
  await requireSpace(path, count * LEAST_LINE);
  await destination.write(listOf(count, drawn, context));
}

/** The list's text, in pieces. */
function* listOf(count: number, drawn: Generator<SampledScene, never>, context: CommandContext): Generator<string> {
  yield '{"samples":[\n';
  for (let done = 0; done < count; ) {
    throwIfCancelled(context.signal);
    const { scene, samples } = drawn.next().value;
    const lines = samples.slice(0, count - done).map((sample) => JSON.stringify({ ...sample, scene: scene.objects }));
    yield `${done === 0 ? "" : ",\n"}${lines.join(",\n")}`;
    done += lines.length;
  }
  yield "\n]}\n";
}

async function writeFolder(
  folder: string,
  about: { readonly split: Split; readonly seed: number; readonly count: number },
  drawn: Generator<SampledScene, never>,
  context: CommandContext,
): Promise<void> {
  const fail = (error: unknown) => {
    throw fileError(error, folder, "written");
  };
  await mkdir(folder, { recursive: true }).catch(fail);
  await requireSpace(folder, about.count * (MODEL_PICTURE_SIZE ** 2 * 3 + LEAST_LINE));
  const data = { version: 1, ...about, size: MODEL_PICTURE_SIZE };
  try {
    await writeScenes(unfinished(folder), about.count, drawn, context);
    await writeFile(unfinished(folder).data, `${JSON.stringify(data, null, 2)}\n`);
    await takePlaces(folder);
  } catch (error) {
    await Promise.all(Object.values(unfinished(folder)).map((path) => rm(path, { force: true })));
    if (error instanceof PivotscopeError) throw error;
    fail(error);
  }
}

/** Files of a folder; what is being written has other names until it is whole. */
function filesOf(folder: string, ending = "") {
  const place = (name: string) => join(folder, `${name}${ending}`);
  return { pictures: place("pictures.rgb"), lines: place("scenes.jsonl"), data: place("data.json") };
}

function unfinished(folder: string) {
  return filesOf(folder, ".part");
}

/** data.json, which says what the others hold, goes first and comes last: with it, they are whole and belong to it. */
async function takePlaces(folder: string): Promise<void> {
  const [from, to] = [unfinished(folder), filesOf(folder)];
  await rm(to.data, { force: true });
  await rename(from.pictures, to.pictures);
  await rename(from.lines, to.lines);
  await rename(from.data, to.data);
}

async function writeScenes(
  files: ReturnType<typeof filesOf>,
  count: number,
  drawn: Generator<SampledScene, never>,
  context: CommandContext,
): Promise<void> {
  const pictures = await open(files.pictures, "w");
  const lines = await open(files.lines, "w").catch(async (error: unknown) => {
    await pictures.close();
    throw error;
  });
  const progress = createProgressLine(context);
  try {
    for (let done = 0; done < count; done += CHUNK) {
      throwIfCancelled(context.signal);
      const chunk = Array.from({ length: Math.min(CHUNK, count - done) }, () => drawn.next().value);
      for (const { scene } of chunk) await pictures.writeFile(pictureBytes(scene));
      await lines.writeFile(chunk.map(({ scene, samples }) => `${line(scene, samples)}\n`).join(""));
      progress.show(`Scenes: ${percent(done, count)}`);
    }
  } finally {
    progress.clear();
    await Promise.all([pictures.close(), lines.close()]);
  }
}

/** Refuses at once what the disk of `path` cannot hold. */
async function requireSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(resolve(path)));
  if (bytes <= bavail * bsize) return;
  throw new PivotscopeError(
    "bad-input",
    `${path} would take at least ${formatBytes(bytes)}; its disk has ${formatBytes(bavail * bsize)} left.`,
    "Ask for fewer scenes, or name a place on another disk.",
  );
}

function line({ objects }: Scene, samples: SampledScene["samples"]): string {
  return JSON.stringify({ objects, samples });
}

/** RGB without alpha: [size, size, 3]. */
function pictureBytes(scene: Scene): Uint8Array {
  const { pixels } = drawScene(scene, MODEL_PICTURE_SIZE);
  const bytes = new Uint8Array((pixels.length / 4) * 3);
  for (let pixel = 0; pixel < pixels.length / 4; pixel++) {
    bytes.set(pixels.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  }
  return bytes;
}

function oneOf<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  throw new PivotscopeError("bad-input", `${option}: found "${given}"; there are ${names.join(", ")}.`);
}
