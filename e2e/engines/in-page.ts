/**
 * Finding elements by role, name, label and text, inside the page. Testing Library does the finding; it is sent into
 * each document once (`FINDER_SOURCE`). `findElements` is sent as text as well, so it names nothing from outside itself.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as TestingLibrary from "@testing-library/dom";

const FINDER_FILE = createRequire(import.meta.url).resolve("@testing-library/dom/dist/@testing-library/dom.umd.min.js");
export const FINDER_SOURCE = readFileSync(FINDER_FILE, "utf8");

/** A regular expression, as data. */
export interface TextPattern {
  readonly source: string;
  readonly flags: string;
}

/** One step on the way to an element: what is looked for below what the steps before it found, or a choice among it. */
export type Step =
  | { readonly by: "role"; readonly role: string; readonly name?: TextPattern }
  | { readonly by: "label" | "text"; readonly text: TextPattern }
  | { readonly by: "selector"; readonly selector: string }
  | { readonly by: "containing"; readonly text: TextPattern }
  | { readonly by: "index"; readonly index: number };

export type Path = readonly Step[];

/** Elements that a path leads to, in the document's order; "finder missing" before the finder has been sent. */
export function findElements(path: Path): Element[] | "finder missing" {
  const finder = (globalThis as { TestingLibraryDom?: typeof TestingLibrary }).TestingLibraryDom;
  if (finder === undefined) return "finder missing";
  const matcher = ({ source, flags }: TextPattern) => new RegExp(source, flags);
  const below = (parent: HTMLElement, step: Step): Element[] => {
    if (step.by === "role") {
      return finder.queryAllByRole(parent, step.role, step.name ? { name: matcher(step.name) } : {});
    }
    if (step.by === "label") return finder.queryAllByLabelText(parent, matcher(step.text));
    if (step.by === "text") return finder.queryAllByText(parent, matcher(step.text));
    return step.by === "selector" ? [...parent.querySelectorAll(step.selector)] : [];
  };
  let found: Element[] = [document.body];
  for (const step of path) {
    if (step.by === "index") found = found.slice(step.index).slice(0, 1);
    else if (step.by === "containing")
      found = found.filter(({ textContent }) => matcher(step.text).test(textContent ?? ""));
    else found = [...new Set(found.flatMap((parent) => below(parent as HTMLElement, step)))];
  }
  return found;
}
