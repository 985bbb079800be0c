/** A session with some of its entries changed, as somebody who means it would: with checksums that fit. */
import { readZip, writeZip, type ZipEntry } from "../../../models/zip-file.ts";
import { checksumLine } from "../checksums.ts";
import { ENTRY, SESSION_LIMITS } from "../format.ts";

type Change = (text: string) => string | null;

/** @param changes for some entries what becomes of their text; null takes an entry out. @param summed whether the checksums follow. */
export async function changeSession(
  session: Blob,
  changes: Readonly<Record<string, Change>>,
  summed = true,
): Promise<Uint8Array<ArrayBuffer>> {
  const before = readZip(new Uint8Array(await session.arrayBuffer()), "session.zip", SESSION_LIMITS);
  const entries: ZipEntry[] = [];
  let sums = "";
  for (const [name, content] of before) {
    if (name === ENTRY.sums) continue;
    const change = changes[name];
    const text = change?.(new TextDecoder().decode(content));
    if (text === null) continue;
    const bytes = text === undefined ? content : new TextEncoder().encode(text);
    entries.push({ name, content: bytes });
    sums += await checksumLine(name, bytes);
  }
  const listed = summed ? sums : new TextDecoder().decode(before.get(ENTRY.sums));
  entries.push({ name: ENTRY.sums, content: listed });
  return new Uint8Array(await new Response(writeZip(entries, new Date(0))).arrayBuffer());
}

/** Changes parsed JSON of an entry. */
export const changed =
  (change: (json: Record<string, unknown>) => object): Change =>
  (text) =>
    JSON.stringify(change(JSON.parse(text)));
