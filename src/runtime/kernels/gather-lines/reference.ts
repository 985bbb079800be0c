/** Rows or columns of a matrix, picked into a smaller one. */
import { withReference } from "../define-kernel.ts";
import { kernel } from "./kernel.ts";

type Bits = Uint32Array | Uint16Array;

/** The numbers of `array`, whatever it calls them, as bits of the format's size. */
function bitsOf({ buffer, byteOffset, byteLength }: ArrayBufferView, format: "float32" | "float16"): Bits {
  return format === "float16"
    ? new Uint16Array(buffer, byteOffset, byteLength >> 1)
    : new Uint32Array(buffer, byteOffset, byteLength >> 2);
}

export const gatherLines = withReference(kernel, ({ rows, columns, kept, axis, format, ...buffers }) => {
  const source = bitsOf(buffers.source, format);
  const gathered = bitsOf(buffers.gathered, format);
  const { lines } = buffers;
  if (axis === "rows") {
    for (let index = 0; index < kept; index++) {
      const line = lines[index] as number;
      const target = gathered.subarray(index * columns, (index + 1) * columns);
      if (line < 0 || line >= rows) target.fill(0);
      else target.set(source.subarray(line * columns, (line + 1) * columns));
    }
  } else {
    for (let row = 0, place = 0; row < rows; row++) {
      for (let index = 0; index < kept; index++, place++) {
        const line = lines[index] as number;
        gathered[place] = line < 0 || line >= columns ? 0 : (source[row * columns + line] as number);
      }
    }
  }
  // The second half of a last word that holds one number only.
  const numbers = kept * (axis === "rows" ? columns : rows);
  if (format === "float16" && numbers % 2 === 1 && numbers < gathered.length) gathered[numbers] = 0;
});
