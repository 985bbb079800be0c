/**
 * A chart while it is read: nothing is scrolled away, cut or folded, nothing is greyed because the thumb has moved on, and
 * what is only for use is not there. All of it is undone before the browser paints.
 */
import field from "../field/NeuronField.module.css";
import frame from "../frame/ChartFrame.module.css";
import plot from "../plot/Plot.module.css";
import scaleSwitch from "../plot/ScaleSwitch.module.css";
import seriesKey from "../plot/SeriesKey.module.css";

/** Buttons, and words about what can be done. */
const FOR_USE = [
  frame.chartActions,
  frame.staleBadge,
  `${plot.chartReadout}:not([data-in-picture])`,
  field.fieldReadout,
  scaleSwitch.scaleSwitch,
  seriesKey.seriesHint,
]
  .map((name) => `.${name}`)
  .concat("input", "select", "textarea", "dialog", "summary", "[popover]", "[role=tooltip]", "[data-for-use]")
  .join(",");

/** What `read` makes of `section` meanwhile. */
export function laidOutInFull<Result>(section: HTMLElement, read: () => Result): Result {
  const undo: (() => void)[] = [];
  const { stale } = section.dataset;
  if (stale !== undefined) {
    delete section.dataset.stale;
    undo.push(() => {
      section.dataset.stale = stale;
    });
  }
  for (const element of section.querySelectorAll<HTMLElement>("[data-stale]")) {
    element.removeAttribute("data-stale");
    undo.push(() => element.setAttribute("data-stale", "true"));
  }
  for (const details of section.querySelectorAll<HTMLDetailsElement>("details:not([open])")) {
    details.open = true;
    undo.push(() => {
      details.open = false;
    });
  }
  for (const element of section.querySelectorAll<HTMLElement>(FOR_USE)) {
    restored(element, undo).display = "none";
  }
  for (const element of section.querySelectorAll<HTMLElement>("*")) {
    if (element instanceof HTMLElement) show(element, undo);
  }
  try {
    return read();
  } finally {
    for (const step of undo.reverse()) step();
  }
}

/** Makes an element as high as what is in it, and breaks a line that is cut. */
function show(element: HTMLElement, undo: (() => void)[]): void {
  const { overflowX, overflowY, textOverflow, clipPath } = getComputedStyle(element);
  if (clipPath !== "none" || (overflowX === "visible" && overflowY === "visible")) return;
  const isHigher = element.scrollHeight > element.clientHeight + 1;
  const isWider = element.scrollWidth > element.clientWidth + 1;
  if (!isHigher && !isWider) return;
  const style = restored(element, undo);
  style.height = "auto";
  style.maxHeight = "none";
  style.overflow = "visible";
  if (isWider && textOverflow === "ellipsis") style.whiteSpace = "normal";
}

/** An element's own style, which becomes again what it is now. */
function restored({ style }: HTMLElement, undo: (() => void)[]): CSSStyleDeclaration {
  const before = style.cssText;
  undo.push(() => {
    style.cssText = before;
  });
  return style;
}
