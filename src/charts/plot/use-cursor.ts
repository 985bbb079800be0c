/** What of a chart is at the pointer or at the keyboard's cursor. */
import { type PointerEvent, useState } from "react";
import { nearest } from "./box.ts";

export interface ChartCursor {
  /** Place in the middles; null while nothing is pointed at. */
  readonly at: number | null;
  readonly move: (at: number | null) => void;
  /** Handlers of the element whose left edge is the middles' 0. */
  readonly pointer: {
    readonly onPointerMove: (event: PointerEvent<Element>) => void;
    readonly onPointerDown: (event: PointerEvent<Element>) => void;
    readonly onPointerLeave: (event: PointerEvent<Element>) => void;
  };
}

/** @param middles x of what can be pointed at, ascending, in units of the drawing. */
export function useCursor(middles: readonly number[]): ChartCursor {
  const [at, move] = useState<number | null>(null);
  const toPointer = (event: PointerEvent<Element>) => {
    const { currentTarget: target, clientX } = event;
    const { left, width } = target.getBoundingClientRect();
    const drawn = target instanceof SVGSVGElement ? target.viewBox.baseVal.width : 0;
    const units = drawn > 0 && width > 0 ? drawn / width : 1;
    move(nearest(middles, (clientX - left) * units));
  };
  return {
    at: at !== null && at < middles.length ? at : null,
    move,
    pointer: {
      onPointerMove: toPointer,
      onPointerDown: toPointer,
      // A finger that is lifted leaves its value standing.
      onPointerLeave: (event) => event.pointerType !== "touch" && move(null),
    },
  };
}
