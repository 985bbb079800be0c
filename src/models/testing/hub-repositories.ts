/** What the test hub holds: repositories, their revisions and commits, and files with the names that git and LFS give. */
import { createHash } from "node:crypto";
import { fileOfBytes, filesOfFolder, gitBlobOf, type ServedFile, sha256Of } from "./served-file.ts";

/** Files by path, or the path of a folder on disk. */
export type HubFiles = ReadonlyMap<string, Uint8Array | string> | string;

export interface HubModel {
  /** "owner/name". */
  readonly repository: string;
  /** Content of each branch or tag; "main" is the one that is taken when none is named. */
  readonly revisions: Readonly<Record<string, HubFiles>>;
  /** Everybody sees the list of files, but the files only those with `readers`' tokens. */
  readonly gated?: boolean;
  /** Without a reader's token the hub answers as if there were no such repository. */
  readonly hidden?: boolean;
  /** Access tokens that may read a gated or hidden repository. */
  readonly readers?: readonly string[];
}

export interface HubFile extends ServedFile {
  /** Git's name of the content; of a large file, of its pointer. */
  readonly oid: string;
  /** SHA-256 of a large file, else null. */
  readonly sha256: string | null;
}

export interface Commit {
  readonly id: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

export interface Repository {
  readonly model: HubModel;
  readonly revisions: Map<string, Commit>;
  readonly commits: Map<string, Commit>;
}

export interface Repositories {
  /** By a large file's SHA-256. */
  readonly large: ReadonlyMap<string, { readonly path: string; readonly file: HubFile }>;
  find(name: string): Repository | undefined;
  /** Throws when there is no such repository. */
  known(name: string): Repository;
  push(name: string, revision: string, content: HubFiles): Promise<void>;
}

/** The repositories of `models`, whose files are large where `isLarge` says so. */
export async function createRepositories(
  models: readonly HubModel[],
  isLarge: (path: string, bytes: number) => boolean,
): Promise<Repositories> {
  const repositories = new Map<string, Repository>();
  const large = new Map<string, { readonly path: string; readonly file: HubFile }>();
  const known = (name: string): Repository => {
    const repository = repositories.get(name);
    if (!repository) throw new Error(`The test hub has no ${name}.`);
    return repository;
  };
  const push = async (name: string, revision: string, content: HubFiles) => {
    const repository = known(name);
    const files = new Map<string, HubFile>();
    for (const [path, file] of await servedFiles(content)) {
      const sha256 = isLarge(path, file.size) ? await sha256Of(file) : null;
      const oid = await gitBlobOf(sha256 === null ? file : fileOfBytes(pointerOf(sha256, file.size)));
      const hubFile = { ...file, sha256, oid };
      files.set(path, hubFile);
      if (sha256 !== null) large.set(sha256, { path, file: hubFile });
    }
    const listing = [...files].map(([path, { oid }]) => `${oid} ${path}`).join("\n");
    const id = createHash("sha1").update(`${name}\n${listing}`).digest("hex");
    const commit = { id, files };
    repository.revisions.set(revision, commit);
    repository.commits.set(id, commit);
  };
  for (const model of models) {
    repositories.set(model.repository, { model, revisions: new Map(), commits: new Map() });
    for (const [revision, files] of Object.entries(model.revisions)) await push(model.repository, revision, files);
  }
  return { large, find: (name) => repositories.get(name), known, push };
}

async function servedFiles(content: HubFiles): Promise<Map<string, ServedFile>> {
  if (typeof content === "string") return filesOfFolder(content);
  const encoder = new TextEncoder();
  return new Map(
    [...content].map(([path, data]) => [path, fileOfBytes(typeof data === "string" ? encoder.encode(data) : data)]),
  );
}

/** The text that git keeps in place of a large file. */
function pointerOf(sha256: string, size: number): Uint8Array {
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
  return new TextEncoder().encode(text);
}

/** A file as the hub lists it. */
export function itemOf(path: string, { oid, sha256, size }: HubFile, xet: boolean) {
  const item = { type: "file", oid, size, path };
  if (sha256 === null) return item;
  const pointerSize = pointerOf(sha256, size).length;
  return { ...item, lfs: { oid: sha256, size, pointerSize }, ...(xet ? { xetHash: sha256 } : {}) };
}
