/** Where the licence of the Node that runs this lies, which has to go along with it. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where Debian and its kin keep it. */
const DISTRIBUTION = "/usr/share/doc/nodejs/copyright";

/**
 * Path of the licence beside `program`: in its folder (Windows), in the one above (Node's own archives, version managers,
 * Homebrew), or where distributions put it.
 *
 * @throws Error that says how to pack without Node, where there is none.
 */
export function findNodeLicence(program = process.execPath, exists: (path: string) => boolean = existsSync): string {
  const folder = dirname(exists(program) ? realpathSync(program) : program);
  const places = [join(folder, "LICENSE"), join(folder, "..", "LICENSE"), DISTRIBUTION];
  const found = places.find(exists);
  if (found !== undefined) return found;
  throw new Error(
    `The licence of ${program} is at none of ${places.join(", ")}, and Node may not be given away without it: pack with --without-node.`,
  );
}
