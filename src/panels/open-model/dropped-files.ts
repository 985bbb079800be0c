/** Files of a folder that was dropped, by path. */
import { PivotscopeError } from "../../core/errors.ts";

/** A dropped folder may be somebody's whole disk. */
const MOST_FILES = 2000;
const DEEPEST = 4;

/**
 * @param entries what `DataTransferItem.webkitGetAsEntry` gave while the drop was handled.
 * @throws PivotscopeError `bad-input` for a folder of more files than any checkpoint has, or one that cannot be read.
 */
export async function filesOfEntries(entries: readonly FileSystemEntry[]): Promise<ReadonlyMap<string, Blob>> {
  const files = new Map<string, Blob>();
  const walk = async (entry: FileSystemEntry, path: string, depth: number): Promise<void> => {
    // Hidden folders hold what version control keeps: the same files once more.
    if (entry.name.startsWith(".") || depth > DEEPEST) return;
    if (isFile(entry)) {
      if (files.size >= MOST_FILES) throw tooMany(path);
      files.set(path, await fileOf(entry));
    } else if (isFolder(entry)) {
      for (const inner of await entriesOf(entry)) await walk(inner, `${path}/${inner.name}`, depth + 1);
    }
  };
  for (const entry of entries) await walk(entry, entry.name, 0);
  if (files.size > 0) return files;
  throw new PivotscopeError("bad-input", "What was dropped holds no files.", "Drop a folder in Hugging Face layout.");
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, (error) => reject(unreadable(entry.name, error))));
}

/** Browsers give a folder's entries in parts, the last one empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, (error) => reject(unreadable(folder.name, error))),
    );
    if (part.length === 0) return all;
    all.push(...part);
  }
}

function tooMany(path: string): PivotscopeError {
  return new PivotscopeError(
    "bad-input",
    `${path.split("/")[0]} holds more than ${MOST_FILES} files, which no checkpoint folder does.`,
    "Drop the folder that config.json and model.safetensors lie in.",
  );
}

function unreadable(name: string, cause: unknown): PivotscopeError {
  return new PivotscopeError("bad-input", `${name} could not be read.`, "Choose the folder with the button instead.", {
    cause,
  });
}
