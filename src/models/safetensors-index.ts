/**
 * The index of weights in several safetensors files: which tensor lies in which file.
 *
 * Layout (transformers): {"metadata": {…}, "weight_map": {tensor: file}}. The metadata's "total_size" is not read: some tools
 * write the files' sizes there, some count tied tensors twice.
 */
import { PivotscopeError } from "../core/errors.ts";
import { parseJson, readJson } from "../core/json/read.ts";
import { anyObject, mapOf, object, text } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import { refuseRepeatedNames, type SafetensorsHeader, type TensorInfo } from "./safetensors-header.ts";
import { insidePath } from "./source.ts";

export interface SafetensorsIndex {
  readonly weightMap: ReadonlyMap<string, string>;
  /** The files' paths, sorted. */
  readonly paths: readonly string[];
}

/** Real checkpoints have at most a few hundred files; each costs a request. */
export const MAXIMUM_SHARDS = 1000;

const indexSchema = object({
  weight_map: mapOf(text),
});

/** @throws PivotscopeError `bad-checkpoint` that names the file, the field and what is wrong with it. */
export function parseSafetensorsIndex(json: string, file: string): SafetensorsIndex {
  const source = checkpointFile(file);
  const found = readJson(anyObject, parseJson(json, source), source);
  refuseRepeatedNames(json, file);
  const { weight_map: map } = readJson(indexSchema, found, source);
  const weightMap = new Map([...map].map(([name, path]) => [name, weightPath(path, name, file)]));
  if (weightMap.size === 0) throw wrong(file, `"weight_map" is empty; it must say where each tensor lies.`);
  const paths = [...new Set(weightMap.values())].sort();
  if (paths.length > MAXIMUM_SHARDS) {
    throw wrong(file, `"weight_map" names ${paths.length} files; at most ${MAXIMUM_SHARDS} are read.`);
  }
  return { weightMap, paths };
}

/**
 * The tensors of all files. The index says which files there are; what it says about tensors and totals is often out of
 * date and counts for nothing, as in transformers, which reads whatever the files hold: each file's own header has been
 * checked against its length, and a tensor that the model needs and no file has is found out when it is asked for.
 *
 * @param headers of all files of the index, by path.
 * @throws PivotscopeError `bad-checkpoint` for a tensor that lies in two files, which may differ.
 */
export function mergeShards(
  headers: ReadonlyMap<string, SafetensorsHeader>,
  file: string,
): ReadonlyMap<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  const places = new Map<string, string>();
  for (const [path, header] of headers) {
    for (const [name, tensor] of header.tensors) {
      const place = places.get(name);
      if (place !== undefined) throw wrong(file, `tensor "${name}" lies in two files, ${place} and ${path}.`);
      places.set(name, path);
      tensors.set(name, tensor);
    }
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
