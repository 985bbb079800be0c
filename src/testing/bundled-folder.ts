/** The bundled checkpoint for tests that run on WebGPU, in a browser or in Deno. */
import { createFilesFolder } from "../models/files-folder.ts";
import type { CheckpointFolder } from "../models/source.ts";
import { fetchTestFile } from "./test-files.ts";

const FILES = [
  "config.json",
  "generation_config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.json",
  "preprocessor_config.json",
  "processor_config.json",
  "pivotscope.json",
  "calibration.json",
  "evaluation.json",
  "examples.json",
];

/** All of it, read into memory. @throws Error naming a file that is absent. */
export async function openBundledFolder(): Promise<CheckpointFolder> {
  const files = await Promise.all(
    FILES.map(async (name) => {
      const response = await fetchTestFile("PIVOTSCOPE_BUNDLED", name);
      if (!response) throw new Error(`public/models/scenes/${name} is absent.`);
      return [name, await response.blob()] as const;
    }),
  );
  return createFilesFolder("scenes", new Map(files));
}
