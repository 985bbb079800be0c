/** Writes GGUF files to a disk, and asks llama.cpp what it makes of them (`training/foreign/gguf_file.py`). Tests only. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { askForeign } from "../../testing/foreign.ts";
import type { ExportedFile } from "../export/contract.ts";

export interface GgufRequest {
  readonly model: string;
  /** With a picture of RGB bytes, row by row. */
  readonly mmproj?: string;
  readonly pixels?: readonly number[];
  readonly width?: number;
  readonly height?: number;
  /** Texts around the picture, where the model is to read it. */
  readonly around?: readonly [string, string];
  /** Ids to compute logits of; none where only texts are cut. */
  readonly prompt: readonly number[];
  /** Number format of the cache. */
  readonly cache: "F32" | "F16";
  readonly texts: readonly string[];
}

/** What gguf's own reader finds in a file. */
export interface ReadGguf {
  /** Of a long list: its length, its first and its last entries. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly type: string; readonly end: number }>
  >;
  readonly bytes: number;
}

export interface GgufAnswer {
  readonly error?: string;
  readonly model: ReadGguf;
  readonly mmproj?: ReadGguf;
  /** Of every position of the prompt, one row after another. */
  readonly logits: readonly number[];
  readonly tokens: readonly (readonly number[])[];
  /** What the tokens say. */
  readonly texts: readonly string[];
  /** Ids that end a reply. */
  readonly ends: readonly number[];
  /** Id that begins a text, and whether it is put there. */
  readonly begins: readonly [number, boolean];
  /** What mtmd makes of the picture: ids around frames, features of frames. */
  readonly chunks?: readonly { readonly ids?: readonly number[]; readonly features?: readonly number[] }[];
  /** Logits behind all of that; none where the model did not read it. */
  readonly next?: readonly number[];
}

export function askLlamaCpp(request: GgufRequest): Promise<GgufAnswer> {
  return askForeign("gguf_file", request);
}

/** Writes files into `folder`, and returns their paths by name. */
export async function writeExport(files: readonly ExportedFile[], folder: string): Promise<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  const paths: Record<string, string> = {};
  for (const file of files) {
    const path = join(folder, file.path);
    const handle = openSync(path, "w");
    for await (const piece of file.stream()) writeSync(handle, piece);
    closeSync(handle);
    paths[file.path] = path;
  }
  return paths;
}
