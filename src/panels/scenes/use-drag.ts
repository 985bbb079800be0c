/** Dragging an object with mouse, finger or pen: it follows the pointer from where it was taken, Escape puts it back. */
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { cellOf, type SceneObject } from "../../scenes/scene.ts";
import type { DraggedObject } from "./SceneCanvas.tsx";

/** CSS pixels that a pointer may tremble and still press, not drag. */
const TREMBLE = { mouse: 3, touch: 8 };

interface Grip {
  readonly pointer: number;
  readonly cell: number;
  /** Where the pointer went down. */
  readonly left: number;
  readonly top: number;
  /** The object's centre then. */
  readonly x: number;
  readonly y: number;
  readonly tremble: number;
}

export interface Drag {
  readonly dragged: DraggedObject | null;
  /** Whether the press that ends now was a drag: its click means nothing. Asking forgets it. */
  endedDrag(): boolean;
  readonly handlers: (object: SceneObject) => {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: () => void;
    readonly onPointerCancel: () => void;
  };
}

/** @param width of the element that the picture fills, CSS pixels. */
export function useDrag(width: number, drop: (dragged: DraggedObject) => void): Drag {
  const grip = useRef<Grip | null>(null);
  const ended = useRef(false);
  const [dragged, setDragged] = useState<DraggedObject | null>(null);

  const stop = () => {
    grip.current = null;
    setDragged(null);
  };
  const active = dragged !== null;
  useEffect(() => {
    if (!active) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      grip.current = null;
      setDragged(null);
    };
    document.addEventListener("keydown", onKeyDown, true);
    return () => document.removeEventListener("keydown", onKeyDown, true);
  }, [active]);

  return {
    dragged,
    endedDrag() {
      const was = ended.current;
      ended.current = false;
      return was;
    },
    handlers: (object) => ({
      onPointerDown(event) {
        ended.current = false;
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const { x, y } = object;
        const tremble = event.pointerType === "mouse" ? TREMBLE.mouse : TREMBLE.touch;
        const [left, top, pointer] = [event.clientX, event.clientY, event.pointerId];
        grip.current = { pointer, cell: cellOf(object), left, top, x, y, tremble };
      },
      onPointerMove(event) {
        const held = grip.current;
        if (!held || held.pointer !== event.pointerId || width === 0) return;
        const [right, down] = [event.clientX - held.left, event.clientY - held.top];
        if (!dragged && Math.hypot(right, down) < held.tremble) return;
        ended.current = true;
        const inside = (share: number) => Math.min(1, Math.max(0, share));
        setDragged({ cell: held.cell, x: inside(held.x + right / width), y: inside(held.y + down / width) });
      },
      onPointerUp() {
        stop();
        if (dragged) drop(dragged);
      },
      onPointerCancel: stop,
    }),
  };
}
