/** Hosts that somebody has agreed to in this tab, as `AgreedHosts`. They outlive a reload and not the tab. */

const KEY = "pivotscope hosts";

/** Where the tab keeps nothing, they live as long as the page. */
const hosts = new Set<string>();
try {
  for (const host of sessionStorage.getItem(KEY)?.split(" ") ?? []) hosts.add(host);
} catch {
  // Storage may be off.
}

export function has(origin: string): boolean {
  return hosts.has(origin);
}

export function add(origin: string): void {
  hosts.add(origin);
  try {
    sessionStorage.setItem(KEY, [...hosts].join(" "));
  } catch {
    // As above.
  }
}
