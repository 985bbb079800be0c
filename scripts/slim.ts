/**
 * Removes the native parts for other platforms than this one, which two packages bring for all: `npm run slim`, 0.37 of
 * the 0.93 GB of node_modules. `npm ci` brings them back.
 */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatBytes } from "../src/core/format-bytes.ts";
import { strangers } from "./slim-folders.ts";

const modules = resolve(import.meta.dirname, "..", "node_modules");

/** Bytes of all files below a folder. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** Folders below `folder` that are as deep, by their paths from it. */
function foldersBelow(folder: string, depth: number): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names.flatMap(({ name }) =>
    depth === 1 ? [name] : foldersBelow(join(folder, name), depth - 1).map((inner) => `${name}/${inner}`),
  );
}

let removed = 0;
for (const [folder, depth] of [
  ["onnxruntime-node/bin/napi-v6", 2],
  ["webgpu/dist", 1],
] as const) {
  const place = join(modules, folder);
  for (const name of strangers(foldersBelow(place, depth), process)) {
    removed += bytesOf(join(place, name));
    rmSync(join(place, name), { recursive: true });
    console.log(`removed node_modules/${folder}/${name}`);
  }
}
console.log(`${formatBytes(removed)} less`);
