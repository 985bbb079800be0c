/** Small files of the original that go into an export as they are. */
import { type CheckpointFolder, readTextIfPresent } from "../source.ts";
import { type ExportedFile, fileOf } from "./contract.ts";

/** What licences ask to be handed on with what is made of a model. */
export const LICENCE_FILES = ["LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "NOTICE.txt"] as const;

/** Those of `paths` that `folder` has, in their order. @throws PivotscopeError what reading them throws. */
export async function copiedFiles(
  folder: CheckpointFolder,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ExportedFile[]> {
  const read = async (path: string) => ({ path, text: await readTextIfPresent(folder, path, signal) });
  const found = await Promise.all(paths.map(read));
  return found.flatMap(({ path, text }) => (text === null ? [] : [fileOf(path, text)]));
}
