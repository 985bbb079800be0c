/** Names of checks of the graphics device that were passed, in this browser's storage. Only GPUs have any. */
import type { RecordStore } from "./environment.ts";

const PLACE = "device checks";

/** Kept names; the oldest goes first. Each model's shape on each adapter has two. */
const KEPT = 32;

export async function readNames(records: RecordStore): Promise<readonly string[]> {
  try {
    const [found] = await records.read(PLACE);
    return Array.isArray(found) ? found.filter((name) => typeof name === "string") : [];
  } catch {
    // Where the browser keeps nothing, every visit checks.
    return [];
  }
}

export async function keepNames(records: RecordStore, names: readonly string[]): Promise<void> {
  const kept = await readNames(records);
  await records.replace(PLACE, [...new Set([...kept, ...names])].slice(-KEPT)).catch(() => undefined);
}
