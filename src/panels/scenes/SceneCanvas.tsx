/** A scene drawn crisply; while one object is dragged, the rest of it with that object wherever the pointer is. */
import { useLayoutEffect, useRef } from "react";
import { drawScene } from "../../scenes/draw/draw-scene.ts";
import { cellOf, type Scene } from "../../scenes/scene.ts";
import { objectIn } from "../../state/slices/input/scene-edit.ts";
import { type Lifted, lift } from "./lift.ts";
import styles from "./SceneCanvas.module.css";

/** Where a dragged object is. */
export interface DraggedObject {
  /** Of the object in the scene. */
  readonly cell: number;
  /** Its centre now, as shares of the picture. */
  readonly x: number;
  readonly y: number;
}

export interface SceneCanvasProps {
  readonly scene: Scene;
  /** Width and height in the canvas's own pixels. */
  readonly pixels: number;
  readonly dragged?: DraggedObject | null;
  /** For assistive technology; decoration when absent. */
  readonly label?: string;
}

export function SceneCanvas({ scene, pixels, dragged = null, label }: SceneCanvasProps) {
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const lifted = useRef<Lifted | null>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    lifted.current = null;
    const { width, height, pixels: values } = drawScene(scene, pixels);
    context.putImageData(new ImageData(values, width, height), 0, 0);
  }, [scene, pixels]);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    const object = objectIn(scene, dragged?.cell ?? null);
    if (!context || (!dragged && !lifted.current)) return;
    // The object of the drag that goes on, or of the one that has just been called off.
    if (object && (!lifted.current || lifted.current.cell !== cellOf(object))) lifted.current = lift(context, object);
    lifted.current?.paint(dragged);
    if (!dragged) lifted.current = null;
  }, [scene, dragged]);
  return (
    <canvas
      ref={canvas}
      className={styles.canvas}
      width={pixels}
      height={pixels}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    />
  );
}
