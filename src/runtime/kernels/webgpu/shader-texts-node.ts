/** The text of every shader by its file's name, read from the project's folder: for Node without a bundler. */
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../../../shaders/", import.meta.url);

export const SHADER_TEXTS: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".wgsl"))
    .map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")]),
);
