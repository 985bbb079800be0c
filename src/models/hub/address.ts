/** What somebody types or pastes to name a model, read as a hub's repository or as the address of a folder. */
import { PivotscopeError } from "../../core/errors.ts";
import type { ModelSource } from "../model-source.ts";
import { DEFAULT_HUB } from "./default-hub.ts";

/** The `hubUrl` of a repository is null only where no hub was named: then the page's, or the usual one, is meant. */
export type NamedSource = Exclude<ModelSource, { kind: "files" }>;

const ACCEPTED =
  'Write a repository like "HuggingFaceTB/SmolVLM-256M-Instruct", with "/" and a folder of it or "@" and a revision if you like, ' +
  "or paste the address of a model on a hub, or of a folder with config.json and model.safetensors.";

/** One part of "owner/name": letters, digits, ".", "_" and "-", as hubs allow. */
const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
const FILE = /\.(json|safetensors|jinja|txt|md)$/i;
/** Pages of a repository whose address names a revision. */
const REVISION_PAGES = ["tree", "resolve", "blob", "raw", "commit"];
/** Those that show one file. */
const FILE_PAGES = ["resolve", "blob", "raw"];

/** Characters that nobody sees and that come along when text is copied: zero-width ones, marks of direction, soft hyphens. */
const INVISIBLE = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
/** What addresses are wrapped in where they are copied from. */
const WRAPPING = /^(?:git clone )?[\s"'`<([{“”„‘’‚«»‹›]+|[\s"'`>)\]},;“”„‘’‚«»‹›]+$/g;

/**
 * Reads "owner/name[/folder][@revision]", "https://huggingface.co/owner/name[/tree/revision[/folder]]" and other http(s)
 * addresses: of another hub when the path is owner/name (or its tree page) without a closing slash, else of a folder; the
 * address of one of its files names its folder. Quotes around it, invisible characters and the ".git" of an address to
 * clone from are left off.
 *
 * @throws PivotscopeError `bad-input` that says what was found and what is accepted.
 */
export function parseModelAddress(text: string): NamedSource {
  const trimmed = text
    .replace(INVISIBLE, "")
    .replace(/^\s*git clone\s+/, "")
    .replace(WRAPPING, "");
  if (trimmed === "") throw new PivotscopeError("bad-input", "No model was named.", ACCEPTED);
  const bare = trimmed.replace(/^(?:www\.)?(?:huggingface\.co|hf\.co)\//i, `${DEFAULT_HUB}/`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(bare)) return parseUrl(bare, trimmed);
  const at = bare.indexOf("@");
  const repository = at < 0 ? bare : bare.slice(0, at);
  const [owner, name, ...folder] = repository.replace(/\/$/, "").split("/");
  if (owner === undefined || name === undefined) throw refused(trimmed, "lacks an owner");
  return hubSource({ owner, name, folder }, at < 0 ? null : bare.slice(at + 1), null, trimmed);
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
    return hubSource({ owner, name, folder: [] }, null, hubUrl, typed);
  }
  if (page !== undefined && REVISION_PAGES.includes(page) && revision !== "" && areNames(owner, name)) {
    // Branches have their slashes packed, but for "refs/pr/1" and its like, which people write as they are.
    const more = revision === "refs" ? rest.splice(0, 2) : [];
    if (FILE_PAGES.includes(page)) rest.pop();
    const folder = rest.filter((part) => part !== "");
    return hubSource({ owner, name, folder }, [revision, ...more].join("/"), hubUrl, typed);
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
  place: { readonly owner: string; readonly name: string; readonly folder: readonly string[] },
  revision: string | null,
  hubUrl: string | null,
  typed: string,
): NamedSource {
  const { owner, folder } = place;
  // What is cloned has the repository's name with ".git" behind it, which no repository's own name ends with.
  const name = place.name.replace(/\.git$/i, "");
  if (!areNames(owner, name)) {
    throw refused(typed, `is not "owner/name" in letters, digits, ".", "_" and "-"`);
  }
  if (revision !== null && !isRevision(revision)) {
    throw refused(typed, `names "${revision}" as its revision, which no branch, tag or commit can be called`);
  }
  const unusable = folder.find((part) => !isFolderName(part));
  if (unusable !== undefined) throw refused(typed, `names "${unusable}" as a folder, which none can be called`);
  const repository = `${owner}/${name}`;
  const path = [repository, ...folder].join("/");
  const label = revision === null ? path : `${path}@${revision}`;
  const inside = folder.length === 0 ? {} : { folder: folder.join("/") };
  return { kind: "hub", name: label, repository, ...inside, revision, hubUrl };
}

/** Whether a folder of a repository can be called so and typed again: "@" would begin a revision. */
function isFolderName(text: string): boolean {
  return /^[^\\/@:?#%\s]{1,100}$/.test(text) && text !== "." && text !== "..";
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
