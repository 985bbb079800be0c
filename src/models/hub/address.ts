/** What somebody types or pastes to name a model, read as a hub's repository or as the address of a folder. */
import { PivotscopeError } from "../../core/errors.ts";
import type { ModelSource } from "../model-source.ts";
import { DEFAULT_HUB } from "./default-hub.ts";

/** The `hubUrl` of a repository is null only where no hub was named: then the page's, or the usual one, is meant. */
export type NamedSource = Exclude<ModelSource, { kind: "files" }>;

const ACCEPTED =
  'Write a repository like "HuggingFaceTB/SmolVLM-256M-Instruct", with "@" and a revision if you like, ' +
  "or paste the address of a model on a hub, or of a folder with config.json and model.safetensors.";

/** One part of "owner/name": letters, digits, ".", "_" and "-", as hubs allow. */
const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
const FILE = /\.(json|safetensors|jinja|txt|md)$/i;
/** Pages of a repository whose address names a revision. */
const REVISION_PAGES = ["tree", "resolve", "blob", "raw", "commit"];

/**
 * Reads "owner/name", "owner/name@revision", "https://huggingface.co/owner/name[/tree/revision]" and other http(s)
 * addresses: of another hub when the path is owner/name (or its tree page) without a closing slash, else of a folder; the
 * address of one of its files names its folder.
 *
 * @throws PivotscopeError `bad-input` that says what was found and what is accepted.
 */
export function parseModelAddress(text: string): NamedSource {
  const trimmed = text.trim();
  if (trimmed === "") throw new PivotscopeError("bad-input", "No model was named.", ACCEPTED);
  const bare = trimmed.replace(/^(?:www\.)?(?:huggingface\.co|hf\.co)\//i, `${DEFAULT_HUB}/`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(bare)) return parseUrl(bare, trimmed);
  const at = bare.indexOf("@");
  const repository = at < 0 ? bare : bare.slice(0, at);
  const [owner, name, ...rest] = repository.split("/");
  if (owner === undefined || name === undefined || rest.length > 0) {
    throw refused(trimmed, name === undefined ? "lacks an owner" : "has too many parts");
  }
  return hubSource(owner, name, at < 0 ? null : bare.slice(at + 1), null, trimmed);
}

function parseUrl(text: string, typed: string): NamedSource {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw refused(typed, "is not a complete address", error);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refused(typed, `begins with "${url.protocol}", not with "https:"`);
  }
  if (url.username !== "" || url.password !== "") {
    throw refused("The address", "carries a name or password, which would end up in records; it is not used");
  }
  const isDefaultHub = /^(?:www\.)?(?:huggingface\.co|hf\.co)$/i.test(url.hostname);
  const hubUrl = isDefaultHub ? DEFAULT_HUB : url.origin;
  const path = isDefaultHub ? url.pathname.replace(/\/+$/, "") : url.pathname;
  const parts = decodeParts(path, typed);
  const [owner = "", name = "", page, revision = "", ...rest] = parts;
  if (isDefaultHub && (owner === "datasets" || owner === "spaces")) {
    throw refused(typed, `names one of the hub's ${owner}, not a model`);
  }
  if (page === undefined && parts.length === 2 && !FILE.test(name) && (isDefaultHub || areNames(owner, name))) {
    return hubSource(owner, name, null, hubUrl, typed);
  }
  if (page !== undefined && REVISION_PAGES.includes(page) && revision !== "" && areNames(owner, name)) {
    // Branches may have slashes; of the default hub's pages, only the list of files can end with one of those.
    const whole = page === "tree" && revision === "refs" ? [revision, ...rest].join("/") : revision;
    return hubSource(owner, name, whole, hubUrl, typed);
  }
  if (isDefaultHub) throw refused(typed, "does not name a model of the hub");
  return folderSource(url);
}

/** Path parts without their percent signs; the first slash is left off, a closing one leaves an empty last part. */
function decodeParts(path: string, typed: string): string[] {
  try {
    return path.split("/").slice(1).map(decodeURIComponent);
  } catch (error) {
    throw refused(typed, "has a percent sign that stands for nothing", error);
  }
}

function areNames(owner: string, name: string): boolean {
  return [owner, name].every((part) => NAME.test(part) && !/\.\.|--/.test(part));
}

function hubSource(
  owner: string,
  name: string,
  revision: string | null,
  hubUrl: string | null,
  typed: string,
): NamedSource {
  if (!areNames(owner, name)) {
    throw refused(typed, `is not "owner/name" in letters, digits, ".", "_" and "-"`);
  }
  if (revision !== null && !isRevision(revision)) {
    throw refused(typed, `names "${revision}" as its revision, which no branch, tag or commit can be called`);
  }
  const repository = `${owner}/${name}`;
  const label = revision === null ? repository : `${repository}@${revision}`;
  return { kind: "hub", name: label, repository, revision, hubUrl };
}

/** Whether git would take this as the name of a branch, tag or commit. */
function isRevision(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/+-]{0,200}$/.test(text) && !/\.\.|\/\/|\/$|\.$/.test(text);
}

function folderSource(url: URL): NamedSource {
  const folder = new URL(url);
  folder.hash = "";
  folder.search = "";
  const parts = folder.pathname.split("/");
  if (FILE.test(parts.at(-1) ?? "")) parts.pop();
  folder.pathname = parts.join("/").replace(/\/+$/, "");
  const last = folder.pathname.split("/").at(-1) ?? "";
  return { kind: "address", name: last === "" ? folder.host : safeDecode(last), url: folder.href.replace(/\/+$/, "") };
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function refused(what: string, why: string, cause?: unknown): PivotscopeError {
  const quoted = what === "The address" ? what : `"${what.length > 120 ? `${what.slice(0, 120)}…` : what}"`;
  return new PivotscopeError("bad-input", `${quoted} ${why}.`, ACCEPTED, { cause });
}
