/** A folder of a test's own, gone when its suite ends. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

export interface TemporaryFolder {
  /** Path of a file in the folder, which need not exist. */
  path(name: string): string;
  /** Writes a file and returns its path; what is neither text nor bytes is written as JSON. */
  write(name: string, content: unknown): Promise<string>;
}

/** Declares the folder for the suite at hand; use it inside tests and hooks only. */
export function useTemporaryFolder(): TemporaryFolder {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pivotscope-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    async write(name, content) {
      const raw = typeof content === "string" || content instanceof Uint8Array;
      await writeFile(path(name), raw ? content : JSON.stringify(content));
      return path(name);
    },
  };
}
