/**
 * How a hub's files lie in a store. Everything that is known of a model lies in its folder, so that listing needs no
 * database and removing leaves nothing behind:
 *
 *     <hub>/<owner>/<name>/refs/<revision>            the commit that a branch or tag last stood for
 *     <hub>/<owner>/<name>/<commit>/listing.json      all files of the commit
 *     <hub>/<owner>/<name>/<commit>/used              written whenever the model is opened
 *     <hub>/<owner>/<name>/<commit>/files/<path>      content, from the first byte on, maybe not all of it
 *     <hub>/<owner>/<name>/<commit>/checked/<path>    there when the content is whole and its hash is right
 *
 * A commit's files never change, so that nothing here ever expires.
 */
import { decodeKeyPart, encodeKeyPart, type FileStore, type KeptFile } from "./file-store.ts";

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
  /** Bytes of all that is kept of it. */
  readonly bytes: number;
  /** When it was last opened, milliseconds since 1970. */
  readonly lastUsed: number;
  /** Paths of files whose download is not finished. */
  readonly unfinished: readonly string[];
}

/** Keys of one commit's files. */
export interface CommitKeys {
  readonly folder: string;
  readonly listing: string;
  readonly used: string;
  file(path: string): string;
  checked(path: string): string;
}

export function repositoryFolder(hubUrl: string, repository: string): string {
  const hub = hubUrl.startsWith(DEFAULT_SCHEME) ? hubUrl.slice(DEFAULT_SCHEME.length) : hubUrl;
  return [hub, ...repository.split("/")].map(encodeKeyPart).join("/");
}

export function refKey(folder: string, revision: string): string {
  return `${folder}/refs/${encodeKeyPart(revision)}`;
}

export function commitKeys(repositoryFolder: string, commit: string): CommitKeys {
  const folder = `${repositoryFolder}/${commit}`;
  const encode = (path: string) => path.split("/").map(encodeKeyPart).join("/");
  return {
    folder,
    listing: `${folder}/listing.json`,
    used: `${folder}/used`,
    file: (path) => `${folder}/files/${encode(path)}`,
    checked: (path) => `${folder}/checked/${encode(path)}`,
  };
}

/** A small file as text, null when there is none. */
export async function readKeptText(store: FileStore, key: string): Promise<string | null> {
  const size = await store.size(key);
  return size === 0 ? null : new TextDecoder().decode(await store.read(key, 0, size));
}

/** All models of which anything is kept, the last opened first. */
export async function listModels(store: FileStore): Promise<CachedModel[]> {
  const groups = new Map<string, KeptFile[]>();
  const refs: KeptFile[] = [];
  for (const file of await store.list("")) {
    const [hub, owner, name, commit, ...rest] = file.key.split("/");
    if (rest.length === 0) continue;
    if (commit === "refs") refs.push(file);
    else {
      const id = [hub, owner, name, commit].join("/");
      groups.set(id, [...(groups.get(id) ?? []), file]);
    }
  }
  const commits = await Promise.all(refs.map(({ key }) => readKeptText(store, key)));
  const models = [...groups].map(([id, files]): CachedModel => {
    const [hub = "", owner = "", name = "", commit = ""] = id.split("/");
    const address = decodeKeyPart(hub);
    const keys = commitKeys(`${hub}/${owner}/${name}`, commit);
    const known = new Set(files.map(({ key }) => key));
    const paths = files.flatMap(({ key }) => pathBelow(`${keys.folder}/files/`, key));
    const refsHere = refs.filter(({ key }, index) => {
      return commits[index] === commit && key.startsWith(`${hub}/${owner}/${name}/refs/`);
    });
    return {
      id,
      hubUrl: address.includes("://") ? address : `${DEFAULT_SCHEME}${address}`,
      repository: `${decodeKeyPart(owner)}/${decodeKeyPart(name)}`,
      commit,
      revisions: refsHere.map(({ key }) => decodeKeyPart(key.split("/").at(-1) ?? "")),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      lastUsed: files.reduce((last, { written }) => Math.max(last, written), 0),
      unfinished: paths.filter((path) => !known.has(keys.checked(path))),
    };
  });
  return models.sort((left, right) => right.lastUsed - left.lastUsed);
}

function pathBelow(folder: string, key: string): string[] {
  return key.startsWith(folder) ? [key.slice(folder.length).split("/").map(decodeKeyPart).join("/")] : [];
}

/**
 * Removes a model that `listModels` named, with the revisions that stood for it.
 * @throws PivotscopeError `busy` when another tab is writing to it.
 */
export async function removeModel(store: FileStore, id: string): Promise<void> {
  const parts = id.split("/");
  const commit = parts.at(-1);
  const refs = `${parts.slice(0, -1).join("/")}/refs`;
  await store.remove(id);
  for (const { key } of await store.list(refs)) {
    if ((await readKeptText(store, key)) === commit) await store.remove(key);
  }
}
