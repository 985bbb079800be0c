/** What every export is: files whose bytes are made while they are written. */

/** A file of an export. */
export interface ExportedFile {
  /** Within the export's folder, with `/` between its parts. */
  readonly path: string;
  /** Exact length in bytes, known before the first byte is made. */
  readonly bytes: number;
  /**
   * Its bytes in order, piece by piece; made anew at every call. Pieces may be overwritten once the next is asked for.
   * @throws PivotscopeError what reading the original's weights throws; `cancelled`.
   */
  stream(signal?: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** A file that is there already. @param content UTF-8 for a text. */
export function fileOf(path: string, content: string | Uint8Array<ArrayBuffer>): ExportedFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    path,
    bytes: bytes.length,
    async *stream() {
      yield bytes;
    },
  };
}
