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
  /** Names its pixels, for what is kept of it; null where an earlier version of the page did not note it. */
  readonly content: string | null;
}

export interface ListedPicture extends Pick<AskedPicture, "name" | "content"> {
  readonly id: string;
  readonly bytes: number;
}

/**
 * Keeps a picture in place of the oldest of the last few.
 * @returns the name that it is kept under.
 * @throws PivotscopeError `unsupported` for one that is too large, and what the storage throws.
 */
export async function keepPicture(environment: Environment, { file, name, content }: AskedPicture): Promise<string> {
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
  await records.replace(list.placeOf(id), { name, content, type: file.type, bytes });
  return id;
}

/**
 * Keeps a picture under the name that a file has it under: in place of the oldest, or only where there is room.
 * @throws what the storage throws.
 */
export async function adoptPicture(
  records: RecordStore,
  id: string,
  { name, content, type, bytes }: Omit<AskedPicture, "file"> & { readonly type: string; readonly bytes: Uint8Array },
  always: boolean,
): Promise<void> {
  const list = listOf(records);
  const known = await list.keys();
  if (bytes.length > ASKED_PICTURE_BYTES || (!always && (known.includes(id) || known.length >= ASKED_PICTURES))) return;
  await list.first(id);
  await records.replace(list.placeOf(id), { name, content, type, bytes: bytes.slice() });
}

/** The picture that is kept under this name, null where it is not. @throws what the storage throws. */
export async function findPicture({ records }: Pick<Environment, "records">, id: string): Promise<AskedPicture | null> {
  const record = await readRecord(records, id);
  if (!record) return null;
  const { name, content, bytes, type } = record;
  return { name, content, file: new Blob([new Uint8Array(bytes)], { type }) };
}

/** The pictures that are kept, the latest first. @throws what the storage throws. */
export async function listPictures(records: RecordStore): Promise<readonly ListedPicture[]> {
  const pictures: ListedPicture[] = [];
  for (const id of await listOf(records).keys()) {
    const record = await readRecord(records, id);
    if (record) pictures.push({ id, name: record.name, content: record.content, bytes: record.bytes.length });
  }
  return pictures;
}

/** @throws what the storage throws. */
export async function forgetPicture(records: RecordStore, id: string): Promise<void> {
  const list = listOf(records);
  await records.remove(list.placeOf(id));
  await list.out(id);
}

async function readRecord(records: RecordStore, id: string) {
  const record = (await records.read(listOf(records).placeOf(id)))[0] as
    | Partial<Record<"name" | "content" | "type" | "bytes", unknown>>
    | undefined;
  if (!(record?.bytes instanceof Uint8Array) || typeof record.name !== "string") return null;
  const content = typeof record.content === "string" ? record.content : null;
  return { name: record.name, content, bytes: record.bytes, type: String(record.type) };
}
