/** Writes the files of an export into one zip file, piece by piece. */
import { makeZip } from "client-zip";
import { invariant, throwIfCancelled } from "../../core/errors.ts";
import type { ExportedFile } from "../../models/export/contract.ts";
import type { ExportProgress } from "../contract/export.ts";
import type { Sink } from "./sink.ts";

/** Bytes of a tensor that are on their way at once. */
const PIECE_BYTES = 4 * 1024 * 1024;

export interface ZipRequest {
  readonly files: readonly ExportedFile[];
  /** Of the folder that they lie in. */
  readonly name: string;
  /** That all of them carry. */
  readonly date: Date;
  readonly onProgress: (progress: ExportProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes a zip file of `files`, stored as they are: weights hardly shrink. Nothing is left of one that fails or is cancelled.
 * @returns the zip file's bytes, and the file itself where `sink` has one.
 * @throws PivotscopeError what the files and the sink throw; `cancelled`.
 */
export async function writeExport(
  sink: Sink,
  { files, name, date, onProgress, signal }: ZipRequest,
): Promise<{ readonly bytes: number; readonly file: Blob | null }> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  async function* pieces(file: ExportedFile) {
    let length = 0;
    for await (const piece of file.stream(signal)) {
      for (let begin = 0; begin < piece.length; begin += PIECE_BYTES) {
        throwIfCancelled(signal);
        // The zip reads ahead, and what made the piece uses its memory again.
        yield piece.slice(begin, begin + PIECE_BYTES);
        const step = Math.min(PIECE_BYTES, piece.length - begin);
        length += step;
        done += step;
        onProgress({ stage: "writing", done, total, item: file.path });
      }
    }
    invariant(length === file.bytes, `${file.path} came to ${length} bytes and was announced with ${file.bytes}.`);
  }
  function* entries() {
    for (const file of files) yield { name: `${name}/${file.path}`, lastModified: date, input: pieces(file) };
  }
  let bytes = 0;
  try {
    const reader = makeZip(entries()).getReader();
    try {
      for (;;) {
        const { done: ended, value } = await reader.read();
        if (ended) break;
        throwIfCancelled(signal);
        await sink.write(value as Uint8Array<ArrayBuffer>);
        bytes += value.length;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
    return { bytes, file: await sink.close() };
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}
