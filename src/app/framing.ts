/**
 * Whether the page may run where it is shown. Another page that frames this one can lay itself over it and lead a person's
 * clicks to buttons that they do not see, such as the one that sends a hub's token. Hosts that send no headers cannot forbid
 * that, so the page does.
 */

export interface Framing {
  /** Whether the page stands in a window of its own. */
  readonly alone: boolean;
  readonly origin: string;
  /** Origins of all pages around this one, where the browser tells; else null. */
  readonly ancestors: readonly string[] | null;
  /** Origin of the page that opened this one, where the browser tells; it knows the next page only. */
  readonly referrer: string | null;
  /** Whether the page next to this one is the outermost. */
  readonly parentIsTop: boolean;
  /** Origins that the build allows to frame it. */
  readonly embedders: readonly string[];
}

/** True in a window of its own, in frames of its own origin, and where every page around it is allowed. */
export function mayRun({ alone, origin, ancestors, referrer, parentIsTop, embedders }: Framing): boolean {
  if (alone) return true;
  const allowed = (one: string) => one === origin || embedders.includes(one);
  if (ancestors !== null) return ancestors.length > 0 && ancestors.every(allowed);
  return parentIsTop && referrer !== null && allowed(referrer);
}

/** How this page is framed. */
export function framingOf(window: Window): Framing {
  const { location, document, parent, top } = window;
  const told = (location as { readonly ancestorOrigins?: Iterable<string> }).ancestorOrigins;
  const embedders = document.querySelector('meta[name="embedders"]')?.getAttribute("content") ?? "";
  return {
    alone: top === window,
    origin: location.origin,
    ancestors: told === undefined ? null : [...told],
    referrer: document.referrer === "" ? null : new URL(document.referrer).origin,
    parentIsTop: parent === top,
    embedders: embedders.split(/\s+/).filter(Boolean),
  };
}

/** What stands in the page's place where it may not run. */
export function showAlone(root: HTMLElement, { location, document }: Window): void {
  const link = document.createElement("a");
  link.href = location.href;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Open Pivotscope in a window of its own";
  const text = document.createElement("p");
  text.append("Another page shows Pivotscope inside itself, where it does not run. ", link, ".");
  root.replaceChildren(text);
}
