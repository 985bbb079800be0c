/**
 * Own pictures that were asked about, kept in this browser under the name that the page's address gives them, so that a
 * reload or a step back shows them again. The last few of them; links give others the name, never the picture.
 */
import { PivotscopeError } from "../../../core/errors.ts";
import { formatBytes } from "../../../core/format-bytes.ts";
import type { Environment, RecordStore } from "../../environment.ts";
import { createLatestRecords } from "../latest-records.ts";

/** Pictures that are kept, and bytes of each at most. */
export const ASKED_PICTURES = 4;
export const ASKED_PICTURE_BYTES = 16 * 1024 * 1024;

const listOf = (records: RecordStore) =>
  createLatestRecords(records, { index: "asked-pictures", kind: "asked-picture", most: ASKED_PICTURES });

export interface AskedPicture {
  readonly file: Blob;
  readonly name: string;
}

/**
 * Keeps a picture in place of the oldest of the last few.
 * @returns the name that it is kept under.
 * @throws PivotscopeError `unsupported` for one that is too large, and what the storage throws.
 */
export async function keepPicture(environment: Environment, { file, name }: AskedPicture): Promise<string> {
  if (file.size > ASKED_PICTURE_BYTES) {
    throw new PivotscopeError(
      "unsupported",
      `it has ${formatBytes(file.size)}; up to ${formatBytes(ASKED_PICTURE_BYTES)} are kept`,
    );
  }
  const { records } = environment;
  const id = environment.uniqueNumber().toString(36);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const list = listOf(records);
  await list.first(id);
  await records.replace(list.placeOf(id), { name, type: file.type, bytes });
  return id;
}

/** The picture that is kept under this name, null where it is not. @throws what the storage throws. */
export async function findPicture({ records }: Pick<Environment, "records">, id: string): Promise<AskedPicture | null> {
  const record = (await records.read(listOf(records).placeOf(id)))[0] as
    | Partial<Record<"name" | "type" | "bytes", unknown>>
    | undefined;
  if (!(record?.bytes instanceof Uint8Array) || typeof record.name !== "string") return null;
  return { name: record.name, file: new Blob([new Uint8Array(record.bytes)], { type: String(record.type) }) };
}
