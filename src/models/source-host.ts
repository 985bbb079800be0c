/** Hosts that models come from, where they are neither the usual hub nor the page's own. */
import { DEFAULT_HUB } from "./hub/default-hub.ts";
import type { ModelSource } from "./model-source.ts";

/** Address of the server, for example "https://hub.example.org"; null for the usual hub, `own` origin and files. */
export function strangeOrigin(source: ModelSource, own: string): string | null {
  if (source.kind === "files") return null;
  const { origin } = new URL(source.kind === "hub" ? (source.hubUrl ?? DEFAULT_HUB) : source.url);
  return origin === DEFAULT_HUB || origin === own ? null : origin;
}

/** The same for people: "hub.example.org", with its port. */
export function strangeHost(source: ModelSource, own: string): string | null {
  const origin = strangeOrigin(source, own);
  return origin && new URL(origin).host;
}

/** Whether a host's name stands for the machine that asks. */
export function isOwnMachine(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
