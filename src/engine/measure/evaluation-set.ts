/**
 * A set of samples to measure models on, the checkpoint folder's or the user's own: read when it is first wanted, its
 * samples prepared one by one. Their frames are kept as far as there is room.
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import { readEvaluationSet } from "../../models/checkpoint.ts";
import type { EvaluationEntry } from "../../models/samples.ts";
import type { Scene } from "../../scenes/scene.ts";
import type { EvaluationSample } from "../contract.ts";
import type { PreparedInput } from "../pass/batch.ts";
import { createBoundedCache } from "../pass/bounded-cache.ts";
import { hashFrames } from "../pass/picture-hash.ts";
import type { Session } from "../session.ts";

/** What is known of a sample that has been prepared once; it stays when its frames have to go. */
export interface Outline {
  readonly prompt: readonly number[];
  readonly frameCount: number;
  /** Hex SHA-256 of its frames' numbers. */
  readonly pictureHash: string;
}

export interface EvaluationSet {
  list(signal?: AbortSignal): Promise<readonly EvaluationSample[]>;
  /**
   * The samples at `places`, in their order. Throws `bad-input` for a place that the set does not have. A scene is the
   * same object each time, as long as few others were asked for.
   */
  entries(places: readonly number[], signal?: AbortSignal): Promise<readonly EvaluationEntry[]>;
  /** What messages call the sample at `place`: "Own sample 4". */
  nameOf(place: number): string;
  /** Outlines of the samples at `places`, of as many as there are: each is prepared, but its frames need not stay. */
  outlines(places: readonly number[], signal?: AbortSignal): Promise<readonly Outline[]>;
  /** Prompt ids and frames of the samples at `places`, of no more than are needed at one time. */
  prepare(places: readonly number[], signal?: AbortSignal): Promise<readonly PreparedInput[]>;
}

/** Bytes of frames that are kept prepared: all 600 scenes of the bundled model, fewer of larger pictures. */
const FRAME_BYTES = 128 * 2 ** 20;
/** Scenes whose questions stay in memory: a scene's questions in all their wordings take about a megabyte. */
const SCENES = 64;

/** Where a set's samples come from. */
export interface SampleSource {
  read(signal?: AbortSignal): Promise<readonly EvaluationEntry[]>;
  prepare(entry: EvaluationEntry, place: number, signal?: AbortSignal): Promise<PreparedInput>;
  /** "This checkpoint folder": what has no samples when there are none. */
  readonly name: string;
  /** "Own sample": what one of them is called, with its number, counted from 1, behind. */
  readonly sampleName: string;
}

/** The evaluation set that lies in the checkpoint folder. */
export function createEvaluationSet(session: Pick<Session, "checkpoint" | "prepareQuestion">): EvaluationSet {
  const { folder } = session.checkpoint;
  return createSampleSet({
    name: "This checkpoint folder",
    sampleName: "Evaluation sample",
    read: (signal) => readEvaluationSet(folder, signal),
    prepare: (entry, _, signal) =>
      session.prepareQuestion(entry, (path) => folder.readBytes(path, undefined, signal), signal),
  });
}

export function createSampleSet(source: SampleSource): EvaluationSet {
  const prepared = createBoundedCache<number, PreparedInput>(FRAME_BYTES, ({ frames }) =>
    frames.reduce((bytes, frame) => bytes + frame.values.byteLength, 0),
  );
  const outlines = new Map<number, Outline>();
  const scenes = createBoundedCache<number, Scene>(SCENES);
  let known: readonly EvaluationEntry[] | null = null;

  const read = async (signal?: AbortSignal) => {
    known ??= await source.read(signal);
    return known;
  };

  const entryAt = (set: readonly EvaluationEntry[], place: number): EvaluationEntry => {
    const entry = set[place];
    if (entry) return entry;
    throw new PivotscopeError(
      "bad-input",
      set.length === 0
        ? `${source.name} has no evaluation samples.`
        : `There is no evaluation sample ${place}; the set has ${set.length}, counted from 0.`,
      set.length === 0
        ? "Add an evaluation.json with scenes or pictures, questions and answers."
        : "Choose samples of this model's evaluation set.",
    );
  };

  const prepareAt = async (place: number, signal?: AbortSignal): Promise<PreparedInput> => {
    const entry = entryAt(await read(signal), place);
    throwIfCancelled(signal);
    const input = prepared.get(place) ?? (await source.prepare(entry, place, signal));
    throwIfCancelled(signal);
    prepared.set(place, input);
    if (!outlines.has(place)) outlines.set(place, await outlineOf(input));
    return input;
  };

  const outlineAt = async (place: number, signal?: AbortSignal): Promise<Outline> => {
    const outline = outlines.get(place);
    if (outline) return outline;
    const input = await prepareAt(place, signal);
    return outlines.get(place) ?? outlineOf(input);
  };

  return {
    nameOf: (place) => `${source.sampleName} ${place + 1}`,
    async list(signal) {
      return (await read(signal)).map(({ family, questionKind, question, answer }) => ({
        family,
        kind: questionKind,
        question,
        answer,
      }));
    },
    async entries(places, signal) {
      const set = await read(signal);
      return places.map((place) => {
        const entry = entryAt(set, place);
        if (entry.picture?.kind !== "scene") return entry;
        // The judge keeps what it knows of a scene as long as the scene object lives: the set lends copies.
        const scene = scenes.get(place) ?? { ...entry.picture.scene };
        scenes.set(place, scene);
        return { ...entry, picture: { kind: "scene", scene } };
      });
    },
    async outlines(places, signal) {
      const found: Outline[] = [];
      for (const place of places) found.push(await outlineAt(place, signal));
      return found;
    },
    async prepare(places, signal) {
      const inputs: PreparedInput[] = [];
      for (const place of places) inputs.push(await prepareAt(place, signal));
      return inputs;
    },
  };
}

async function outlineOf({ prompt, frames }: PreparedInput): Promise<Outline> {
  return { prompt, frameCount: frames.length, pictureHash: await hashFrames(frames) };
}
