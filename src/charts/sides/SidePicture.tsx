/** A side's picture, small. */
import { useLayoutEffect, useRef } from "react";
import type { SidePicture as Pixels } from "./data.ts";
import styles from "./SidesTable.module.css";

/** CSS pixels of the longest edge. */
const EDGE = 56;

export function SidePicture({ picture, name }: { readonly picture: Pixels; readonly name: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const scale = EDGE / Math.max(picture.width, picture.height, 1);
  useLayoutEffect(() => {
    // A picture of its own: the pixels may be shared with whoever decoded them.
    const { width, height, pixels } = picture;
    ref.current?.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={ref}
      className={styles.sidePicture}
      role="img"
      aria-label={`Picture: ${name}`}
      width={picture.width}
      height={picture.height}
      style={{ width: picture.width * scale, height: picture.height * scale }}
    />
  );
}
