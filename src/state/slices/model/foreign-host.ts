/**
 * The question about a host that a link names. Nothing is asked of it before somebody has said yes: it would learn who asks,
 * could send without an end, and ask for a token.
 */
import { parseModelAddress } from "../../../models/hub/address.ts";
import { DEFAULT_HUB } from "../../../models/hub/default-hub.ts";
import type { ModelSource } from "../../../models/model-source.ts";
import { strangeOrigin } from "../../../models/source-host.ts";
import type { Environment } from "../../environment.ts";

type Home = Pick<Environment, "absoluteUrl" | "agreedHosts">;

function originOf({ absoluteUrl }: Home, source: ModelSource): string | null {
  return strangeOrigin(source, new URL(absoluteUrl("")).origin);
}

/**
 * What an address names, and whether somebody has to be asked before anything is fetched from there.
 *
 * @param byHand whether somebody typed it. The hub of a repository that is typed without one is the link's all the same.
 * @param hubUrl the page's hub; null for the usual one.
 * @throws PivotscopeError `bad-input`
 */
export async function readAddress(home: Home, address: string, byHand: boolean, hubUrl: string | null) {
  const named = parseModelAddress(address);
  const whole = named.kind === "hub" ? (named.hubUrl ?? hubUrl) : null;
  const source: ModelSource = named.kind === "hub" ? { ...named, hubUrl: whole === DEFAULT_HUB ? null : whole } : named;
  const hostByHand = byHand && (named.kind !== "hub" || named.hubUrl !== null);
  const origin = originOf(home, source);
  const asks = origin !== null && !hostByHand && !(await home.agreedHosts()).has(origin);
  return { source, asks };
}

/** Takes note that somebody has named this host, or said yes to it. */
export async function agree(home: Home, source: ModelSource): Promise<void> {
  const origin = originOf(home, source);
  if (origin !== null) (await home.agreedHosts()).add(origin);
}
