/** Runs in the browser for its fetch and its server; no GPU is involved. */
import { describe, expect, it } from "vitest";
import { createAddressFolder } from "./address-folder.ts";
import { type CheckpointProgress, openCheckpoint } from "./checkpoint.ts";
import { createFilesFolder } from "./files-folder.ts";

const folder = () => createAddressFolder("scenes", new URL("/models/scenes/", location.href).href);

describe("a bundled checkpoint in the browser", () => {
  it("opens over the network, with bytes reported and the weights' hash", async () => {
    const reports: CheckpointProgress[] = [];
    const checkpoint = await openCheckpoint(folder(), { onProgress: (progress) => reports.push(progress) });
    expect(checkpoint.weightHash).toMatch(/^[0-9a-f]{64}$/);
    expect(checkpoint.recommended).toEqual({ window: 2, calibrationSamples: 96 });
    expect(
      checkpoint.prompts?.buildPrompt({ question: "Why?", frames: { rows: 0, columns: 0 } }).imagePositions,
    ).toHaveLength(9);
    expect(reports.at(-1)).toMatchObject({ stage: "weights", done: 6_065_752 });
  });

  it("opens from dropped files as from the network", async () => {
    const files = new Map<string, Blob>();
    for (const name of ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"]) {
      files.set(`scenes/${name}`, new Blob([await folder().readBytes(name)]));
    }
    const checkpoint = await openCheckpoint(createFilesFolder("scenes", files));
    expect(checkpoint.stopIds).toEqual([2]);
    expect(checkpoint.weightHash).toBe((await openCheckpoint(folder())).weightHash);
  });

  it("is not fooled by a server that answers a missing file with a page", async () => {
    expect(await folder().has("absent.json")).toBe(false);
    await expect(folder().readText("absent.json")).rejects.toMatchObject({ code: "not-found" });
    await expect(folder().readBytes("absent.safetensors")).rejects.toMatchObject({ code: "not-found" });
  });

  it("stops while it loads when it is cancelled", async () => {
    const controller = new AbortController();
    const opening = openCheckpoint(folder(), {
      signal: controller.signal,
      onProgress: ({ stage }) => stage === "files" && controller.abort(),
    });
    await expect(opening).rejects.toMatchObject({ code: "cancelled" });
  });
});
