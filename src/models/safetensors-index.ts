/**
 * The index of weights in several safetensors files: which tensor lies in which file.
 *
 * Layout (transformers): {"metadata": {"total_size": bytes of all tensors, …}, "weight_map": {tensor: file}}.
 */
import * as v from "valibot";
import { PivotscopeError } from "../core/errors.ts";
import { parseJson, readJson } from "../core/json/read.ts";
import { anyObject, integer, mapOf, object, text } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import { refuseRepeatedNames, type SafetensorsHeader, type TensorInfo } from "./safetensors-header.ts";
import { insidePath } from "./source.ts";

export interface SafetensorsIndex {
  readonly weightMap: ReadonlyMap<string, string>;
  /** The files' paths, sorted. */
  readonly paths: readonly string[];
  /** Bytes of all tensors; null where the index does not say. */
  readonly totalBytes: number | null;
}

/** Real checkpoints have at most a few hundred files; each costs a request. */
export const MAXIMUM_SHARDS = 1000;

const indexSchema = object({
  weight_map: mapOf(text),
  metadata: v.nullish(object({ total_size: v.nullish(integer(0), null) }), {}),
});

/** @throws PivotscopeError `bad-checkpoint` that names the file, the field and what is wrong with it. */
export function parseSafetensorsIndex(json: string, file: string): SafetensorsIndex {
  const source = checkpointFile(file);
  const found = readJson(anyObject, parseJson(json, source), source);
  refuseRepeatedNames(json, file);
  const { weight_map: map, metadata } = readJson(indexSchema, found, source);
  const weightMap = new Map([...map].map(([name, path]) => [name, weightPath(path, name, file)]));
  if (weightMap.size === 0) throw wrong(file, `"weight_map" is empty; it must say where each tensor lies.`);
  const paths = [...new Set(weightMap.values())].sort();
  if (paths.length > MAXIMUM_SHARDS) {
    throw wrong(file, `"weight_map" names ${paths.length} files; at most ${MAXIMUM_SHARDS} are read.`);
  }
  return { weightMap, paths, totalBytes: metadata.total_size };
}

/**
 * The tensors that the index lists, each found in the file that the index names and in no other one. Tensors that the
 * index does not list are left out.
 *
 * @param headers of all files of the index, by path.
 * @throws PivotscopeError `bad-checkpoint`.
 */
export function mergeShards(
  index: SafetensorsIndex,
  headers: ReadonlyMap<string, SafetensorsHeader>,
  file: string,
): Map<string, TensorInfo> {
  for (const [path, header] of headers) {
    for (const name of header.tensors.keys()) {
      const place = index.weightMap.get(name);
      if (place === undefined || place === path || headers.get(place)?.tensors.has(name) !== true) continue;
      throw wrong(file, `tensor "${name}" lies in two files, ${place} and ${path}.`);
    }
  }
  const tensors = new Map<string, TensorInfo>();
  let bytes = 0;
  for (const [name, path] of index.weightMap) {
    const tensor = headers.get(path)?.tensors.get(name);
    if (tensor === undefined) {
      throw wrong(file, `"weight_map" says that tensor "${name}" lies in ${path}, but it is not there.`);
    }
    tensors.set(name, tensor);
    bytes += tensor.end - tensor.begin;
  }
  if (index.totalBytes !== null && index.totalBytes !== bytes) {
    throw wrong(file, `"metadata.total_size" is ${index.totalBytes}; the tensors take ${bytes} bytes.`);
  }
  return tensors;
}

function weightPath(path: string, tensor: string, file: string): string {
  if (path.endsWith(".safetensors")) {
    try {
      return insidePath(path);
    } catch (cause) {
      if (!(cause instanceof PivotscopeError)) throw cause;
    }
  }
  throw wrong(
    file,
    `"weight_map" places tensor "${tensor}" in "${path}"; a .safetensors file of the folder is needed.`,
  );
}

function wrong(file: string, what: string): PivotscopeError {
  return new PivotscopeError(
    "bad-checkpoint",
    `${file}: ${what}`,
    "Download all weight files and the index again; they must belong to the same version of the model.",
  );
}
