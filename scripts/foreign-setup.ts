/** Before the suite "foreign": finds or makes the Python that its tests call. */
import type { TestProject } from "vitest/node";
import { foreignPython } from "./foreign-python.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the Python in which other programs open our exports. */
    foreignPython: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide("foreignPython", await foreignPython());
}
