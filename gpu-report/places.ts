/** Where the report finds its files: in the project, or in the archive that `pack.ts` makes. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of the bundled checkpoint. In the archive it lies beside this module. */
export function bundledFolder(): string {
  const beside = join(import.meta.dirname, "scenes");
  return existsSync(beside) ? beside : resolve(import.meta.dirname, "..", "public", "models", "scenes");
}
