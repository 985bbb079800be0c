import { describe, expect, it } from "vitest";
import { filesOfEntries } from "./dropped-files.ts";

/** Entries as browsers give them: a folder's in parts of two. */
function folder(name: string, inner: readonly FileSystemEntry[]): FileSystemEntry {
  const waiting = [...inner];
  return {
    name,
    isFile: false,
    isDirectory: true,
    createReader: () => ({ readEntries: (done: (entries: FileSystemEntry[]) => void) => done(waiting.splice(0, 2)) }),
  } as unknown as FileSystemEntry;
}

function file(name: string): FileSystemEntry {
  const give = (done: (file: File) => void) => done(new File(["{}"], name));
  return { name, isFile: true, isDirectory: false, file: give } as unknown as FileSystemEntry;
}

describe("files of what was dropped", () => {
  it("are those of a folder and its folders, by path, without hidden ones", async () => {
    const dropped = folder("model", [
      file("config.json"),
      file("model.safetensors"),
      file(".DS_Store"),
      folder(".git", [file("config")]),
      folder("onnx", [file("model.onnx")]),
    ]);
    expect([...(await filesOfEntries([dropped])).keys()]).toEqual([
      "model/config.json",
      "model/model.safetensors",
      "model/onnx/model.onnx",
    ]);
  });

  it("may lie side by side", async () => {
    expect([...(await filesOfEntries([file("config.json"), file("model.safetensors")])).keys()]).toHaveLength(2);
  });

  it("are refused when there are none, or more than a checkpoint has", async () => {
    await expect(filesOfEntries([folder("empty", [])])).rejects.toMatchObject({ code: "bad-input" });
    const disk = folder(
      "disk",
      Array.from({ length: 2001 }, (_, index) => file(`${index}`)),
    );
    await expect(filesOfEntries([disk])).rejects.toThrow(/disk holds more than 2000 files/);
  });
});
