/** The small random Llama of the reference numbers, from its files, on the cpu backend. Tests only. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { readSharedJson } from "../../testing/shared.ts";
import type { Model } from "../pass/model.ts";
import { createLlamaModel, type LlamaOracleConfig } from "./llama-config.ts";

/** @param shared folder of reference material. @returns the model, and the reference file as it lies there. */
export async function openLlamaModel<Expected>(shared: string): Promise<{ model: Model; expected: Expected }> {
  const folder = join(shared, "oracles");
  const expected = readSharedJson<Expected & { readonly config: LlamaOracleConfig }>(folder, "llama-mha.json");
  const weights = new Uint8Array(await readFile(join(folder, "llama-mha.safetensors")));
  return { model: await createLlamaModel(createNodeBackend(), expected.config, weights), expected };
}
