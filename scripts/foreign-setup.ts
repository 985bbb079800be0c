/** Before the suite "foreign": finds or makes the Python that its tests call, and installs transformers.js. */
import type { TestProject } from "vitest/node";
import { foreignPython } from "./foreign-python.ts";
import { installedApart } from "./install-apart.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the Python in which other programs open our exports. */
    foreignPython: string;
    /** Path of the node_modules that have transformers.js. */
    transformersJs: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide("foreignPython", await foreignPython());
  project.provide("transformersJs", await installedApart("bench/transformers-js", "@huggingface/transformers"));
}
