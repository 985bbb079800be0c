/**
 * Reference material for tests (checkpoints, oracle numbers) lies beside the project in `../shared` and is not part of
 * it. Tests that need it go through this file, so that its absence is loud: a warning and a skipped suite that says why.
 * Node only.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/** The project's root folder, absolute. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Absolute path of the folder of reference material, or null where it is absent. */
export function sharedFolder(): string | null {
  const folder = resolve(projectRoot, "..", "shared");
  return existsSync(join(folder, "oracles")) || existsSync(join(folder, "checkpoints")) ? folder : null;
}

/**
 * `describe` for suites that read reference material; `define` is given its folder. Where the folder, or one of the
 * paths that the suite needs inside it, is absent, the suite is skipped with a warning and a name that gives the reason.
 */
export function describeWithShared(
  name: string,
  define: (folder: string) => void,
  needs: readonly string[] = [],
): void {
  const folder = sharedFolder();
  const missing = folder === null ? ["../shared"] : needs.filter((path) => !existsSync(join(folder, path)));
  if (folder !== null && missing.length === 0) {
    describe(name, () => define(folder));
    return;
  }
  const reason = `${missing.join(", ")} is absent`;
  console.warn(`SKIPPED "${name}": ${reason}; these checks against reference numbers did not run.`);
  describe(name, () => it.skip(`skipped: ${reason}`, () => {}));
}

/** Parses a JSON file of the reference material; the caller states its shape. */
export function readSharedJson<Shape>(folder: string, path: string): Shape {
  return JSON.parse(readFileSync(join(folder, path), "utf8")) as Shape;
}
