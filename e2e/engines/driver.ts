/** What the journeys ask of a browser, whatever drives it: firefox.ts and webkit.ts are the two ways. */
import type { EngineName } from "../../scripts/find-engines.ts";

/** Keys that have no character. */
export const KEYS = ["ArrowLeft", "ArrowRight", "End", "Enter", "Escape", "Home", "PageDown", "PageUp", "Tab"] as const;
export type Key = (typeof KEYS)[number];

/** Where on an element the pointer is: 0 is its left end, 1 its right end; always half way down. */
export interface Drag {
  readonly from: number;
  readonly to: number;
}

/** One window of one browser with empty storage. `Handle` is an element that was found in its page. */
export interface Driver<Handle = unknown> {
  readonly engine: EngineName;
  /** "Firefox 153.8.0", for the report. */
  readonly version: string;
  /** Resolves once the document has loaded. */
  open(address: string): Promise<void>;
  reload(): Promise<void>;
  /** The value of an expression in the page, awaited there; plain data. */
  evaluate(expression: string): Promise<unknown>;
  /** The element that an expression gives in the page, null where it gives none. */
  find(expression: string): Promise<Handle | null>;
  /** Presses the element with the pointer, as a person does. */
  click(element: Handle): Promise<void>;
  drag(element: Handle, drag: Drag): Promise<void>;
  /** Presses a key, or types text, where the focus is. */
  press(key: Key): Promise<void>;
  type(text: string): Promise<void>;
  chooseFiles(element: Handle, paths: readonly string[]): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** What the window shows, as PNG. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}
