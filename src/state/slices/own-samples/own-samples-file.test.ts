import { describe, expect, it } from "vitest";
import { LARGEST_OWN_SAMPLES_FILE } from "../../../models/own-samples-limits.ts";
import { saveOwnSamples } from "./own-samples-file.ts";
import type { OwnEntry } from "./own-samples-state.ts";

const entry = (file: Blob | null, answer: string | null = null): OwnEntry => ({
  number: 1,
  picture: file && { id: "p", name: "p.png", file },
  question: "Why?",
  answer,
  trace: null,
});

/** A file that says it is larger than a test wants to make it, and cannot be read. */
class LargeFile extends Blob {
  override get size() {
    return LARGEST_OWN_SAMPLES_FILE / 2;
  }
  override arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.reject(new Error("It was read."));
  }
}

describe("a file of own samples that could not be opened again", () => {
  it("is not begun when the pictures alone are too much", async () => {
    const large = new LargeFile();
    await expect(saveOwnSamples([entry(large), entry(large)])).rejects.toMatchObject({
      code: "bad-input",
      message: "The 2 samples make a file of 341.3 MiB; up to 256 MiB can be opened.",
    });
  });

  it("is not given out when all together are too much, counted as the bytes that a file has", async () => {
    const samples = [entry(new Blob(["png"], { type: "image/png" }), "é".repeat(500))];
    const { text } = await saveOwnSamples(samples);
    const bytes = new TextEncoder().encode(text).length;
    expect(bytes).toBeGreaterThan(text.length);
    expect((await saveOwnSamples(samples, bytes)).text).toBe(text);
    await expect(saveOwnSamples(samples, bytes - 1)).rejects.toMatchObject({ code: "bad-input" });
  });
});
