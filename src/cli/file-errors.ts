/** What the system says about files, as sentences that name the file and the way out. */
import { PivotscopeError, reasonOf } from "../core/errors.ts";

interface Sentence {
  readonly reason: string;
  readonly hint: string;
}

const PERMISSIONS = { reason: "this user may not", hint: "Check the permissions of the file and its folder." };
const NO_SPACE = { reason: "there is no space left", hint: "Make room, or name a file on another disk." };

const SENTENCES: Readonly<Record<string, Sentence>> = {
  EACCES: PERMISSIONS,
  EPERM: PERMISSIONS,
  EROFS: { reason: "the disk is read-only", hint: "Name a file on another disk." },
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EFBIG: { reason: "the file would be larger than the system allows", hint: "Name a file on another disk." },
  EISDIR: { reason: "it is a folder", hint: "Name a file." },
  ENOTDIR: { reason: "a part of its path is a file, not a folder", hint: "Check the path." },
  ENAMETOOLONG: { reason: "its name is too long", hint: "Choose a shorter one." },
  EMFILE: { reason: "too many files are open", hint: "Close other programs, or raise the limit (ulimit -n)." },
  EIO: { reason: "the disk failed", hint: "Check the disk." },
};

/** An error of the file system at `path`. */
export function fileError(error: unknown, path: string, doing: "read" | "written"): PivotscopeError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" && doing === "read") {
    return new PivotscopeError("not-found", `${path} does not exist.`, "Check the path.", { cause: error });
  }
  const { reason, hint } = SENTENCES[code] ?? {
    reason: reasonOf(error),
    hint: "Check path and permissions.",
  };
  return new PivotscopeError("bad-input", `${path} could not be ${doing}: ${reason}.`, hint, { cause: error });
}
