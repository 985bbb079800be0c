/** The list of checksums in a session, in the form of `sha256sum`. */
import { PivotscopeError } from "../../core/errors.ts";
import { sha256Of } from "../../models/weight-hash.ts";
import { ENTRY } from "./format.ts";

const LINE = /^([0-9a-f]{64}) {2}(.+)$/;

export async function checksumLine(name: string, bytes: Uint8Array): Promise<string> {
  return `${await sha256Of([bytes])}  ${name}\n`;
}

/**
 * Holds every entry against its checksum.
 * @throws PivotscopeError `bad-input` naming the entry that is missing, strange, or not what was written.
 */
export async function checkSums(entries: ReadonlyMap<string, Uint8Array>, file: string): Promise<void> {
  const refused = (what: string) =>
    new PivotscopeError(
      "bad-input",
      `${file}: ${what}.`,
      "The file was changed or damaged since it was saved; use another copy.",
    );
  const listed = new Map<string, string>();
  const lines = new TextDecoder().decode(entries.get(ENTRY.sums)).split("\n");
  for (const [place, line] of lines.entries()) {
    const [, sum, name] = LINE.exec(line) ?? [];
    if (sum !== undefined && name !== undefined) listed.set(name, sum);
    else if (line !== "")
      throw refused(`${ENTRY.sums}, line ${place + 1}: found "${line.slice(0, 40)}", expected a checksum and a name`);
  }
  for (const name of listed.keys())
    if (!entries.has(name)) throw refused(`${name} is missing, which ${ENTRY.sums} lists`);
  for (const [name, bytes] of entries) {
    if (name === ENTRY.sums) continue;
    const expected = listed.get(name);
    if (expected === undefined) throw refused(`${name} is not listed in ${ENTRY.sums}`);
    const found = await sha256Of([bytes]);
    if (found !== expected)
      throw refused(`${name}: found the checksum ${found.slice(0, 12)}…, expected ${expected.slice(0, 12)}…`);
  }
}
