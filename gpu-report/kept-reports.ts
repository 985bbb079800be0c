/** The reports that the project keeps. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseReport, type Report } from "./schema.ts";

export const DOCUMENT = "docs/performance.md";
const FOLDER = "docs/gpu-reports";

/** All of them, by their files' names. @throws PivotscopeError as `parseReport`. */
export function readKeptReports(root: string): readonly Report[] {
  return readdirSync(join(root, FOLDER))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => parseReport(readFileSync(join(root, FOLDER, name), "utf8"), `${FOLDER}/${name}`));
}
