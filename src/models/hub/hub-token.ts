/** Where an access token may go: to the hub that it was given for, and where it cannot be read on the way. */
import { PivotscopeError } from "../../core/errors.ts";
import { isOwnMachine } from "../source-host.ts";
import { DEFAULT_HUB } from "./default-hub.ts";

/** How tokens of the usual hub begin. */
const USUAL_PREFIX = "hf_";

/** Whether this is a token of the usual hub and the hub at hand is another, which must not get it. */
export function belongsElsewhere(token: string, hubUrl: string): boolean {
  return token.startsWith(USUAL_PREFIX) && new URL(hubUrl).origin !== DEFAULT_HUB;
}

/**
 * The token as it is sent to `hubUrl`; null for none.
 * @throws PivotscopeError `bad-input` when it is no token, is the usual hub's and would go to another, or would travel where
 *   everybody can read it.
 */
export function usableToken(accessToken: string | null | undefined, hubUrl: string): string | null {
  const token = accessToken?.trim() ?? "";
  if (token === "") return null;
  const { protocol, host, hostname, origin } = new URL(hubUrl);
  if (belongsElsewhere(token, hubUrl)) {
    throw new PivotscopeError(
      "bad-input",
      `The access token begins with "${USUAL_PREFIX}", so it is one of ${new URL(DEFAULT_HUB).host}; it was not sent to ${host}.`,
      `Give a token that was made at ${host}, or none.`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token) || (origin === DEFAULT_HUB && !token.startsWith(USUAL_PREFIX))) {
    throw new PivotscopeError(
      "bad-input",
      "This is not an access token of the hub.",
      origin === DEFAULT_HUB
        ? `They begin with "${USUAL_PREFIX}" and are made at ${hubUrl}/settings/tokens.`
        : `They are made at ${host} and have no spaces in them.`,
    );
  }
  if (protocol === "http:" && !isOwnMachine(hostname)) {
    throw new PivotscopeError(
      "bad-input",
      `The access token would go to ${host} for everybody on the way to read.`,
      "Use the hub's https address, or no token.",
    );
  }
  return token;
}
