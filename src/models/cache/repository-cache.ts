/**
 * How a hub's files lie in a store. Everything that is known of a repository lies in its folder, so that listing needs no
 * database and removing leaves nothing behind:
 *
 *     <hub>/<owner>/<name>/refs/<revision>                   the commit that a branch or tag last stood for
 *     <hub>/<owner>/<name>/commits/<commit>/listing.json     all files of the commit
 *     <hub>/<owner>/<name>/commits/<commit>/used             written whenever the model is opened
 *     <hub>/<owner>/<name>/files/<hash>                      content, from the first byte on, maybe not all of it
 *     <hub>/<owner>/<name>/checked/<hash>                    there when the content is whole and its hash is right
 *
 * Contents are named by their hash, so that a commit that changes a README does not have weights fetched again. Neither
 * commits nor contents ever change, so that nothing here expires.
 */
import { decodeKeyPart, encodeKeyPart, type FileStore, type KeptFile } from "./file-store.ts";
import { type ListedFile, type Listing, parseListing } from "./listing.ts";

const DEFAULT_SCHEME = "https://";

export interface CachedModel {
  /** Names the model in `removeModel`. */
  readonly id: string;
  readonly hubUrl: string;
  /** "owner/name". */
  readonly repository: string;
  readonly commit: string;
  /** Branches and tags that stood for this commit when they were last opened. */
  readonly revisions: readonly string[];
  /** Bytes of its files that are here; commits of one repository may share some. */
  readonly bytes: number;
  /** When it was last opened, milliseconds since 1970. */
  readonly lastUsed: number;
  /** Paths of files whose download is not finished, and of weights whose download has not begun. */
  readonly unfinished: readonly string[];
}

/** Keys of one commit's files. */
export interface CommitKeys {
  readonly folder: string;
  readonly listing: string;
  readonly used: string;
  /** The content of a file. */
  file(file: ListedFile): string;
  /** The mark that the content is whole and right. */
  checked(file: ListedFile): string;
}

export function repositoryFolder(hubUrl: string, repository: string): string {
  const hub = hubUrl.startsWith(DEFAULT_SCHEME) ? hubUrl.slice(DEFAULT_SCHEME.length) : hubUrl;
  return [hub, ...repository.split("/")].map(encodeKeyPart).join("/");
}

export function refKey(repositoryFolder: string, revision: string): string {
  return `${repositoryFolder}/refs/${encodeKeyPart(revision)}`;
}

export function commitKeys(repositoryFolder: string, commit: string): CommitKeys {
  const folder = `${repositoryFolder}/commits/${commit}`;
  const name = ({ hash, path }: ListedFile) => (hash ? `${hash.kind}-${hash.hex}` : `${commit}-${encodeKeyPart(path)}`);
  return {
    folder,
    listing: `${folder}/listing.json`,
    used: `${folder}/used`,
    file: (file) => `${repositoryFolder}/files/${name(file)}`,
    checked: (file) => `${repositoryFolder}/checked/${name(file)}`,
  };
}

/** A small file as text, null when there is none. */
export async function readKeptText(store: FileStore, key: string): Promise<string | null> {
  const size = await store.size(key);
  return size === 0 ? null : new TextDecoder().decode(await store.read(key, 0, size));
}

/** What is kept of one repository. */
interface KeptRepository {
  readonly folder: string;
  /** All of its files by key. */
  readonly files: ReadonlyMap<string, KeptFile>;
  /** Commit by revision. */
  readonly refs: ReadonlyMap<string, string>;
  readonly commits: readonly { readonly keys: CommitKeys; readonly commit: string; readonly listing: Listing }[];
}

/** The folders of all repositories of which anything is kept. */
async function repositoryFolders(store: FileStore): Promise<Map<string, KeptFile[]>> {
  const folders = new Map<string, KeptFile[]>();
  for (const file of await store.list("")) {
    const parts = file.key.split("/");
    if (parts.length < 5) continue;
    const folder = parts.slice(0, 3).join("/");
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}

async function readRepository(store: FileStore, folder: string, all: readonly KeptFile[]): Promise<KeptRepository> {
  const refs = new Map<string, string>();
  const commits = new Map<string, Listing>();
  for (const { key } of all) {
    const [kind, name = "", file] = key.slice(folder.length + 1).split("/");
    if (kind === "refs") refs.set(decodeKeyPart(name), (await readKeptText(store, key)) ?? "");
    if (kind !== "commits") continue;
    const listing = file === "listing.json" ? parseListing(await readKeptText(store, key)) : null;
    commits.set(name, listing ?? commits.get(name) ?? new Map());
  }
  return {
    folder,
    files: new Map(all.map((file) => [file.key, file])),
    refs,
    commits: [...commits].map(([commit, listing]) => ({ commit, listing, keys: commitKeys(folder, commit) })),
  };
}

/** All models of which more is kept than the names of their files, the last opened first. */
export async function listModels(store: FileStore): Promise<CachedModel[]> {
  const models: CachedModel[] = [];
  for (const [folder, all] of await repositoryFolders(store)) {
    const { files, refs, commits } = await readRepository(store, folder, all);
    const [hub = "", owner = "", name = ""] = folder.split("/").map(decodeKeyPart);
    for (const { commit, keys, listing } of commits) {
      const bytesOf = (file: ListedFile) => files.get(keys.file(file))?.bytes ?? 0;
      // A file that could not be fetched is there, and empty.
      const here = [...listing.values()].filter((file) => bytesOf(file) > 0);
      // Looked at in vain: a gated repository lists its files to everybody.
      if (listing.size > 0 && here.length === 0) continue;
      models.push({
        id: keys.folder,
        hubUrl: hub.includes("://") ? hub : `${DEFAULT_SCHEME}${hub}`,
        repository: `${owner}/${name}`,
        commit,
        revisions: [...refs].filter(([, stands]) => stands === commit).map(([revision]) => revision),
        bytes: here.reduce((sum, file) => sum + bytesOf(file), 0),
        lastUsed: (files.get(keys.used) ?? files.get(keys.listing))?.written ?? 0,
        unfinished: unfinishedOf(listing, here, (file) => files.has(keys.checked(file))),
      });
    }
  }
  return models.sort((left, right) => right.lastUsed - left.lastUsed);
}

const SINGLE_FILE = "model.safetensors";

/** Small files that were never read are not missed: which of them a model needs is found out when it is opened. */
function unfinishedOf(listing: Listing, here: readonly ListedFile[], isChecked: (file: ListedFile) => boolean) {
  const weights = weightFiles(listing);
  if (weights.length === 0) return [SINGLE_FILE];
  return [...new Set([...here, ...weights])].filter((file) => !isChecked(file)).map(({ path }) => path);
}

/** The weights among a commit's files, as open-weights.ts takes them: one file, else its parts. */
function weightFiles(listing: Listing): ListedFile[] {
  const single = listing.get(SINGLE_FILE);
  if (single) return [single];
  const all = [...listing.values()].filter(({ path }) => /^[^/]+\.safetensors$/.test(path));
  const parts = all.filter(({ path }) => /-\d+-of-\d+\.safetensors$/.test(path));
  return parts.length > 0 ? parts : all;
}

/**
 * Removes a model that `listModels` named, with the revisions that stood for it and all contents that no other commit of
 * its repository has.
 * @throws PivotscopeError `busy` when another tab is writing to one of them; it is listed as before then.
 */
export async function removeModel(store: FileStore, id: string): Promise<void> {
  const folder = id.split("/").slice(0, 3).join("/");
  const { files, refs, commits } = await readRepository(store, folder, await store.list(folder));
  const others = commits.filter(({ keys }) => keys.folder !== id);
  const shared = new Set(
    others.flatMap(({ keys, listing }) =>
      [...listing.values()].flatMap((file) => [keys.file(file), keys.checked(file)]),
    ),
  );
  const kinds = [`${folder}/files/`, `${folder}/checked/`];
  for (const key of files.keys()) {
    if (kinds.some((kind) => key.startsWith(kind)) && !shared.has(key)) await store.remove(key);
  }
  for (const [revision, commit] of refs) {
    if (!others.some((other) => other.commit === commit)) await store.remove(refKey(folder, revision));
  }
  await store.remove(id);
  // Nothing must be left of a repository without commits, not even empty folders.
  if (others.length === 0) await store.remove(folder);
}

/** Removes everything. @throws PivotscopeError `busy` when another tab is writing to one of the files. */
export async function removeAllModels(store: FileStore): Promise<void> {
  for (const folder of (await repositoryFolders(store)).keys()) await store.remove(folder);
}
