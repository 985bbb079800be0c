/** Runs in the browser for its fetch and its server; no GPU is involved. */
import { describe, expect, it } from "vitest";
import { createAddressFolder } from "./address-folder.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { createFilesFolder } from "./files-folder.ts";
import { wholePicture } from "./testing/whole-picture.ts";

const folder = () => createAddressFolder("scenes", new URL("/models/scenes/", location.href).href);

describe("a bundled checkpoint in the browser", () => {
  const hashOf = ({ weights }: Checkpoint) => weights.read({ names: new Set(), onTensor: () => undefined });

  it("opens over the network, with the weights streamed, reported and hashed", async () => {
    const checkpoint = await openCheckpoint(folder());
    expect(checkpoint.recommended).toEqual({ window: 2, calibrationSamples: 384 });
    expect(checkpoint.prompts?.buildPrompt({ question: "Why?", picture: wholePicture(9) }).imagePositions).toHaveLength(
      9,
    );
    const { weights } = checkpoint;
    const [tensor] = weights.tensors.values();
    const reports: number[] = [];
    let bytes = 0;
    const hash = await weights.read({
      names: new Set([tensor?.name ?? ""]),
      onTensor: (stored) => {
        bytes += stored.bytes.length;
      },
      onProgress: (done) => reports.push(done),
    });
    expect(bytes).toBe((tensor?.end ?? 0) - (tensor?.begin ?? 0));
    expect(reports.at(-1)).toBe(6_065_752);
    const whole = await folder().readBytes("model.safetensors");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
    expect(hash).toBe(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  });

  it("opens from dropped files as from the network", async () => {
    const files = new Map<string, Blob>();
    for (const name of ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"]) {
      files.set(`scenes/${name}`, new Blob([await folder().readBytes(name)]));
    }
    const checkpoint = await openCheckpoint(createFilesFolder("scenes", files));
    expect(checkpoint.stopIds).toEqual([2]);
    expect(await hashOf(checkpoint)).toBe(await hashOf(await openCheckpoint(folder())));
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
