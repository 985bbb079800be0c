import { expect, test } from "vitest";
import { parseJson } from "../core/json/read.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import { openWeights } from "./open-weights.ts";
import { folderOf } from "./testing/write-safetensors.ts";

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"ab".repeat(32)}\nsize 513028808\n`;
const said = (file: string) =>
  expect.objectContaining({
    code: "bad-checkpoint",
    message: expect.stringContaining(`${file} is a Git LFS pointer`),
    hint: expect.stringContaining('"git lfs pull"'),
  });

test("weights and JSON that a clone holds as Git LFS pointers are called by that name", async () => {
  await expect(openWeights(folderOf(new Map([["model.safetensors", pointer]])))).rejects.toEqual(
    said("model.safetensors"),
  );
  expect(() => parseJson(pointer, checkpointFile("tokenizer.json"))).toThrow(said("tokenizer.json"));
});
