/** JSON files of a checkpoint, which somebody else wrote. */
import { type FileSourceOptions, fileSource, type JsonSource } from "../core/json/read.ts";
import { refusePointer } from "./git-lfs.ts";

/** As `fileSource`; a file that is a Git LFS pointer is named as such. */
export function checkpointFile(file: string, options?: FileSourceOptions): JsonSource {
  const source = fileSource(file, options);
  return {
    ...source,
    notJson(cause, text) {
      refusePointer(text, file);
      return source.notJson(cause, text);
    },
  };
}
