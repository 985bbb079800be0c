/** The tiny checkpoint of tiny-checkpoint.ts with other tensors or small files, laid out as other tools lay them out. */
import type { JsonObject } from "../../core/json/schemas.ts";
import { decodePicture } from "../../models/image/decode-node.ts";
import type { CheckpointFolder } from "../../models/source.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import { folderOf, type WrittenTensor, writeSafetensors, writeShards } from "../../models/testing/write-safetensors.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { nodeDevice } from "../load/node-device.ts";
import { openSession, type Session } from "../session.ts";
import { COPIED, createTinyFolder } from "./tiny-checkpoint.ts";

export const EMBEDDING = "model.text_model.embed_tokens.weight";
export const HEAD = "lm_head.weight";

export type Tensors = ReadonlyMap<string, WrittenTensor>;

/** All tensors are F32. */
async function tinyTensors(folder: CheckpointFolder): Promise<Map<string, WrittenTensor>> {
  const file = new SafetensorsFile(await folder.readBytes("model.safetensors"));
  return new Map(
    [...file.tensors.values()].map((tensor) => [tensor.name, { ...tensor, bytes: file.bytesOf(tensor.name) }]),
  );
}

export interface OddCheckpoint {
  /** Other tensors; they may be left as they are. */
  readonly tensors?: (tiny: Map<string, WrittenTensor>) => Iterable<WrittenTensor>;
  /** Fields of config.json. */
  readonly config?: (config: JsonObject) => JsonObject;
  /** Other small files; null for one that is left out. */
  readonly files?: Readonly<Record<string, ((text: string) => string) | null>>;
  /** Two shards with an index, which is changed. */
  readonly index?: Parameters<typeof writeShards>[1];
}

const FILES = [...COPIED, "calibration.json", "evaluation.json"];

export async function createOddFolder(odd: OddCheckpoint = {}): Promise<CheckpointFolder> {
  const tiny = createTinyFolder();
  const tensors = await tinyTensors(tiny);
  const written = [...(odd.tensors?.(tensors) ?? tensors.values())];
  const config = JSON.parse(await tiny.readText("config.json"));
  const files = new Map<string, Uint8Array<ArrayBuffer> | string>([
    ["config.json", JSON.stringify(odd.config?.(config) ?? config)],
  ]);
  for (const name of FILES) {
    const change = odd.files?.[name];
    if (change !== null) files.set(name, change ? change(await tiny.readText(name)) : await tiny.readText(name));
  }
  const half = Math.ceil(written.length / 2);
  const weights = odd.index
    ? writeShards([written.slice(0, half), written.slice(half)], odd.index)
    : new Map([["model.safetensors", writeSafetensors(written)]]);
  return folderOf(new Map([...files, ...weights]));
}

/** Loads an odd checkpoint onto the cpu backend, in single precision where nothing else is asked for. */
export async function openOdd(odd: OddCheckpoint = {}, precision: "float32" | "float16" = "float32"): Promise<Session> {
  const home = { device: nodeDevice, decodePicture, createBackend: async () => createNodeBackend() };
  return openSession(home, await createOddFolder(odd), { backend: "cpu", precision });
}

/** `tensor` with its numbers changed in place by `change`. */
export function changed(tensor: WrittenTensor | undefined, change: (numbers: Float32Array) => void): WrittenTensor {
  if (tensor === undefined) throw new Error("There is no such tensor.");
  const bytes = Uint8Array.from(tensor.bytes);
  change(new Float32Array(bytes.buffer));
  return { ...tensor, bytes };
}

/** `tensor` with its rows in the opposite order. */
export function upsideDown(tensor: WrittenTensor | undefined, name: string): WrittenTensor {
  const width = tensor?.shape[1] ?? 1;
  const turned = changed(tensor, (numbers) => {
    const rows = numbers.slice();
    for (let row = 0; row * width < rows.length; row++) {
      numbers.set(rows.subarray(row * width, (row + 1) * width), rows.length - (row + 1) * width);
    }
  });
  return { ...turned, name };
}
