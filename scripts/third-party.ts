/**
 * Notices of the packages whose code a build holds: read off the modules of its chunks, workers' too, so that what is shaken
 * out is not named and nothing is forgotten. Vite's own notices leave out workers, helpers that the bundler adds, and
 * packages that carry no licence file.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";

/** Name of the file in a built folder. */
export const NOTICES = "third-party-notices.txt";

const root = resolve(import.meta.dirname, "..");
const LICENCE_FILE = /^(licen[cs]e|copying)([.-].*)?$/i;
const NOTICE_FILE = /^notice([.-].*)?$/i;
/** Licence texts of packages that come without one, from where their source lies. */
const TEXTS: Readonly<Record<string, string>> = {
  "onnxruntime-web": "onnxruntime.txt",
  "onnxruntime-common": "onnxruntime.txt",
};
/** Packages of the modules that the bundler makes up. */
const MADE_UP: readonly (readonly [RegExp, string])[] = [
  [/^\0?vite\//, "vite"],
  [/^\0?rolldown\//, "rolldown"],
  // The bundler holds these helpers inside itself; of their project the types are installed, with its licence.
  [/^\0?@oxc-project\+runtime@/, "@oxc-project/types"],
];

/** A package whose code is in a build. */
export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** As its package.json states it. */
  readonly licence: string;
  /** Its licence file, and its notice file where it has one; null where there is neither. */
  readonly text: string | null;
}

/** Name of the package that a module is of; null for the project's own, and for what stands for nothing. */
export function packageOf(moduleId: string): string | null {
  const id = moduleId.replaceAll("\\", "/");
  const inside = /^.*\/node_modules\/((?:@[^/]+\/)?[^/?]+)/.exec(id)?.[1];
  if (inside !== undefined) return inside;
  return MADE_UP.find(([pattern]) => pattern.test(id))?.[1] ?? null;
}

/** Reads what a package says of its licence. @param folder the package's own. */
export function readThirdParty(folder: string): ThirdParty {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder);
  const texts = [LICENCE_FILE, NOTICE_FILE].flatMap((pattern) => files.filter((file) => pattern.test(file)).sort());
  const own = TEXTS[name];
  const kept = texts.map((file) => readFileSync(join(folder, file), "utf8"));
  if (kept.length === 0 && own !== undefined) kept.push(readFileSync(join(root, "scripts", "licences", own), "utf8"));
  // What Vite lists behind its own licence is in its program, and not in the helpers that it adds to a page.
  const text = kept.map((each) => (each.split(/^# Licenses of bundled dependencies/m)[0] ?? "").trim()).join("\n\n");
  return { name, version, licence: String(license ?? "licence not stated"), text: text === "" ? null : text };
}

const RULE = "=".repeat(80);
const NO_TEXT = "No licence text was found.";

/** The notices as one text. */
export function writeNotices(parties: readonly ThirdParty[]): string {
  const sorted = [...parties].sort((left, right) => (left.name < right.name ? -1 : 1));
  const sections = sorted.map(
    ({ name, version, licence, text }) => `${RULE}\n${name} ${version} (${licence})\n${RULE}\n\n${text ?? NO_TEXT}\n`,
  );
  const own = readFileSync(join(root, "LICENSE"), "utf8").trim();
  const head = `${RULE}\nPivotscope\n${RULE}\n\n${own}\n\nIt holds code of the packages below.\n`;
  return [head, ...sections].join("\n");
}

/** What notices say: names of all packages, and of those that have no text. */
export function readNotices(text: string): { readonly named: readonly string[]; readonly untexted: readonly string[] } {
  const sections = [...text.matchAll(/^={80}\n(\S+ \S+) \(.*\)\n={80}\n\n(.*)$/gm)];
  const nameOf = (section: RegExpExecArray) => section[1] ?? "";
  return {
    named: sections.map(nameOf),
    untexted: sections.filter((section) => section[2] === NO_TEXT).map(nameOf),
  };
}

/** What the bundler tells of a file that it makes; pictures and the like have no modules. */
interface BuiltFile {
  readonly modules?: Readonly<Record<string, { readonly renderedLength: number }>>;
}

/** Folder of a package that a module is of. */
function folderOf(name: string, moduleId: string): string {
  const end = moduleId.replaceAll("\\", "/").lastIndexOf(`/node_modules/${name}`);
  const beside = end < 0 ? "" : moduleId.slice(0, end + `/node_modules/${name}`.length);
  const folder = beside !== "" && existsSync(beside) ? beside : join(root, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  throw new Error(`A build holds code of ${name}, whose package is not in node_modules.`);
}

/**
 * Two plugins of one build: `collect` for its workers, and `write` for the page, which puts the notices of both into the
 * built folder.
 *
 * @param copied names of packages whose files are laid beside the chunks.
 */
export function thirdPartyNotices(copied: readonly string[] = []): { collect: () => Plugin; write: () => Plugin } {
  const folders = new Set<string>();
  const take = (bundle: object) => {
    for (const { modules = {} } of Object.values(bundle) as BuiltFile[]) {
      for (const [id, { renderedLength }] of Object.entries(modules)) {
        // Nothing is left of what was imported and not used.
        if (renderedLength === 0) continue;
        const name = packageOf(id);
        if (name !== null) folders.add(folderOf(name, id.replace(/^\0/, "")));
      }
    }
  };
  return {
    collect: () => ({ name: "third-party-collect", apply: "build", generateBundle: (_, bundle) => take(bundle) }),
    write: () => ({
      name: "third-party-notices",
      // The help names the file; a development server has bundled nothing that could be listed.
      configureServer: ({ middlewares }) => {
        middlewares.use(`/${NOTICES}`, (_request, response) => {
          response.setHeader("Content-Type", "text/plain; charset=utf-8");
          response.end("The built page names here the packages whose code it holds: npm run build.\n");
        });
      },
      generateBundle(_, bundle) {
        take(bundle);
        for (const name of copied) folders.add(folderOf(name, ""));
        const parties = [...folders].map(readThirdParty);
        this.emitFile({ type: "asset", fileName: NOTICES, source: writeNotices(parties) });
      },
    }),
  };
}
