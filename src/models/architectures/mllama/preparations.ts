/** What of the checkpoint's numbers the graphs of Llama 3.2 Vision take. */
import type { Preparation, WeightSlot } from "../definition.ts";

const tanh: Preparation = { name: "tanh", apply: (numbers) => numbers.map(Math.tanh) };

/** A gate: the graph multiplies with the tanh of what is stored. */
export function gateSlot(input: string, tensor: string): WeightSlot {
  return { input, tensor, shape: [1], preparation: tanh };
}

/**
 * Columns of a matrix over features, [outputs, (1 + further) · width], whose first `width` columns belong to the last states
 * and whose others go round the further ones: channel c of the k-th stands at width + further · c + k.
 *
 * @param states −1 for the last ones, or which of the further.
 */
export function featureColumns(width: number, further: number, states: number): Preparation {
  const total = (1 + further) * width;
  const place = (channel: number) => (states < 0 ? channel : width + further * channel + states);
  return {
    name: states < 0 ? "columns of the last states" : `columns of states ${states}`,
    apply(matrix) {
      const columns = new Float32Array((matrix.length / total) * width);
      for (let row = 0; row < matrix.length / total; row++) {
        for (let channel = 0; channel < width; channel++) {
          columns[row * width + channel] = matrix[row * total + place(channel)] ?? Number.NaN;
        }
      }
      return columns;
    },
  };
}
