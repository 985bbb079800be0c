/** What every store must do, as steps whose outcomes can be sent from a worker and compared as one. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { FileStore } from "../file-store.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Goes through a store's life. The result is the same for all stores, see `EXPECTED_STEPS`. */
export async function exerciseStore(store: FileStore): Promise<Record<string, unknown>> {
  const steps: Record<string, unknown> = {};
  const read = async (key: string, from: number, to: number) => [...(await store.read(key, from, to))];
  const list = async (folder: string) => (await store.list(folder)).map(({ key, bytes }) => `${key} ${bytes}`).sort();

  steps.absent = [await store.size("a/b/file"), await read("a/b/file", 0, 10), await list(""), await list("a")];

  const first = await store.append("a/b/file", 6);
  const chunk = bytes(1, 2, 3);
  await first?.append(chunk);
  chunk.fill(9);
  await first?.append(bytes(4));
  steps.appended = first?.size;
  steps.secondWriter = await store.append("a/b/file", 6);
  await first?.close();
  await first?.close();
  steps.closed = [await store.size("a/b/file"), await read("a/b/file", 0, 10), await read("a/b/file", 1, 3)];
  steps.beyond = await read("a/b/file", 4, 8);

  const again = await store.append("a/b/file", 6);
  steps.reopened = again?.size;
  await again?.append(bytes(5, 6));
  await again?.close();
  steps.continued = await read("a/b/file", 2, 6);

  await store.write("a/b/note", bytes(1, 2, 3, 4));
  await store.write("a/b/note", bytes(7));
  await store.write("a/other", bytes(8, 8));
  await store.write("ab", bytes(1));
  steps.replaced = await read("a/b/note", 0, 10);
  steps.all = await list("");
  steps.below = await list("a/b");
  steps.written =
    (await store.list("ab")).length === 0 && (await store.list("a")).every(({ written }) => written > 1e12);

  await store.remove("a/other");
  steps.fileRemoved = await list("");
  await store.remove("a");
  steps.folderRemoved = [await list(""), await store.size("a/b/file")];
  await store.remove("never/there");
  await store.remove("ab");
  return steps;
}

export const EXPECTED_STEPS = {
  absent: [0, [], [], []],
  appended: 4,
  secondWriter: null,
  closed: [4, [1, 2, 3, 4], [2, 3]],
  beyond: [],
  reopened: 4,
  continued: [3, 4, 5, 6],
  replaced: [7],
  all: ["a/b/file 6", "a/b/note 1", "a/other 2", "ab 1"],
  below: ["a/b/file 6", "a/b/note 1"],
  written: true,
  fileRemoved: ["a/b/file 6", "a/b/note 1", "ab 1"],
  folderRemoved: [["ab 1"], 0],
};

/** What comes of removing a file, or its folder, while it is being written. */
export async function removeWhileWriting(store: FileStore): Promise<string[]> {
  const outcome = (key: string) =>
    store.remove(key).then(
      () => "removed",
      (error: unknown) => (error instanceof PivotscopeError ? error.code : String(error)),
    );
  const appender = await store.append("x/y/file", 10);
  await appender?.append(bytes(1));
  const outcomes = [await outcome("x/y/file"), await outcome("x")];
  await appender?.close();
  outcomes.push(await outcome("x"), String(await store.size("x/y/file")));
  return outcomes;
}

/** Appends half megabytes until there is no room: the error, bytes that were taken, and bytes that are there afterwards. */
export async function fillStore(store: FileStore): Promise<{ error: string; taken: number; kept: number }> {
  const appender = await store.append("full/file", 1e9);
  let error = "";
  for (let chunk = 0; chunk < 200 && error === ""; chunk++) {
    await appender?.append(new Uint8Array(500_000)).catch((reason: unknown) => {
      error = reason instanceof Error ? reason.name : String(reason);
    });
  }
  const taken = appender?.size ?? 0;
  await appender?.close();
  const kept = await store.size("full/file");
  await store.remove("full");
  return { error, taken, kept };
}
