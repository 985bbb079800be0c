/** Git LFS pointers: the short text that a clone has in place of a large file when LFS did not fetch it. */
import { PivotscopeError } from "../core/errors.ts";

/** How every pointer begins (Git LFS specification, "The Pointer"). */
const POINTER_BEGIN = "version https://git-lfs";

/** @throws PivotscopeError `bad-checkpoint` when the file that begins with `start` is a pointer, not the file itself. */
export function refusePointer(start: Uint8Array | string, file: string): void {
  const text =
    typeof start === "string" ? start : new TextDecoder("latin1").decode(start.subarray(0, POINTER_BEGIN.length));
  if (!text.startsWith(POINTER_BEGIN)) return;
  throw new PivotscopeError(
    "bad-checkpoint",
    `${file} is a Git LFS pointer, a few lines that stand for the file, not the file itself.`,
    'Run "git lfs pull" in the folder, which fetches the files themselves, and open it again.',
  );
}
