/** `cache`: which models of hubs are kept on this machine, and putting them away. */
import { PivotscopeError } from "../core/errors.ts";
import { formatBytes } from "../core/format-bytes.ts";
import { cacheFolder, HUB_PREFIX, openNodeStore, usualHub } from "../engine/node-places.ts";
import { type CachedModel, listModels, removeAllModels, removeModel } from "../models/cache/repository-cache.ts";
import { defineCommand } from "./command.ts";
import { printable } from "./printable.ts";

const options = {
  remove: {
    type: "list",
    value: "NAME",
    explanation: "Remove what is kept of OWNER/NAME, or of OWNER/NAME@VERSION alone; may be given several times.",
    excludes: ["clear"],
  },
  clear: { type: "flag", explanation: "Remove everything." },
} as const;

/** Hex digits that tell a commit from others. */
const SHORT = 7;

/** "owner/name", behind its hub's address where that is not the usual one. */
function nameOf({ hubUrl, repository }: CachedModel): string {
  return hubUrl === usualHub() ? repository : `${hubUrl}/${repository}`;
}

/** One line for a model, its columns as wide as those of all. */
function describe(models: readonly CachedModel[]): string[] {
  const rows = models.map((model) => [
    formatBytes(model.bytes),
    model.unfinished.length === 0 ? "complete" : "partial",
    model.lastUsed === 0 ? "" : new Date(model.lastUsed).toISOString().slice(0, 10),
    `${nameOf(model)}@${model.commit.slice(0, SHORT)}`,
    model.revisions.join(", "),
  ]);
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)), []);
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** The models that `name` means. @throws PivotscopeError `not-found` for none. */
function modelsCalled(name: string, models: readonly CachedModel[]): CachedModel[] {
  const text = name.startsWith(HUB_PREFIX) ? name.slice(HUB_PREFIX.length) : name;
  const [, repository = "", version] = /^(.*?)(?:@([^@]*))?$/s.exec(text) ?? [];
  const isIt = (model: CachedModel) =>
    [nameOf(model), `${model.hubUrl}/${model.repository}`].includes(repository) &&
    (version === undefined ||
      model.revisions.includes(version) ||
      (version.length >= SHORT && model.commit.startsWith(version)));
  const found = models.filter(isIt);
  if (found.length > 0) return found;
  throw new PivotscopeError(
    "not-found",
    `Nothing is kept of "${name}".`,
    "Without options this command lists what is kept, by the names that it takes.",
  );
}

export const cache = defineCommand({
  name: "cache",
  summary: "List the models of hubs that are kept on this machine, or remove them.",
  notes: "They are kept in the folder PIVOTSCOPE_CACHE, else in pivotscope in the user's cache folder.",
  options,
  async run({ remove, clear }, { write }) {
    const store = await openNodeStore();
    const models = await listModels(store);
    // All names are looked up before anything is removed.
    const wanted = new Set(remove.flatMap((name) => modelsCalled(name, models)));
    for (const { id } of wanted) await removeModel(store, id);
    if (clear) await removeAllModels(store);
    if (clear || wanted.size > 0) {
      const removed = describe(clear ? models : [...wanted]);
      write(printable(removed.length === 0 ? "Nothing was kept.\n" : `Removed:\n${removed.join("\n")}\n`));
      return;
    }
    const { usedBytes } = await store.estimate();
    write(printable([...describe(models), `${formatBytes(usedBytes)} in ${cacheFolder()}\n`].join("\n")));
  },
});
