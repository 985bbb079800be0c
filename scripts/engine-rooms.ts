/** The rooms of src/engine, and which of them each may import from, types included; docs/architecture.md says why. */

/** From the lowest to the highest. A room is a folder, or a file that stands for itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  pass: [],
  load: ["contract", "pass"],
  generate: ["contract", "pass"],
  check: ["pass", "load", "generate"],
  "place-model": ["contract", "pass", "load", "check"],
  session: ["contract", "pass", "load", "generate", "place-model"],
  measure: ["contract", "pass", "generate", "session"],
  calibrate: ["contract", "pass", "generate", "session", "measure"],
  slice: ["contract", "pass", "load", "generate", "session", "measure"],
  "dry-run": ["contract", "pass", "load", "generate", "measure", "calibrate"],
  export: ["contract", "session"],
  engine: ["contract", "pass", "load", "generate", "session", "measure", "calibrate", "slice", "dry-run", "export"],
  "node-places": [],
  "node-engine": ["contract", "load", "session", "engine", "node-places"],
  "headless-engine": ["contract", "load", "session", "engine", "node-places"],
  "browser-engine": ["contract", "load", "engine"],
  worker: ["contract", "browser-engine"],
};

function roomOf(path: string): string | null {
  return /^src\/engine\/([^/.]+)/.exec(path)?.[1] ?? null;
}

/** Why a file of src/engine must not import another one of it; empty where it may. */
export function roomReason(path: string, target: string): string {
  const from = roomOf(path);
  const to = roomOf(target);
  if (from === null || to === null || from === to) return "";
  const below = ROOMS[from];
  if (below === undefined || ROOMS[to] === undefined)
    return `src/engine/${below === undefined ? from : to} is no known room`;
  return below.includes(to) ? "" : `${from} must not import from ${to}, which is no room below it`;
}
