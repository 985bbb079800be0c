/** Rows of logits that are not all finite, for tests of the reference and of the shader. */

const NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY] as const;

/** Of `vocabulary` words, with `count` of them that are no numbers from word `first` on; the target is word 0. */
export const NOT_FINITE = NUMBERS.flatMap((number) =>
  [
    { vocabulary: 96, first: 0, count: 96 },
    { vocabulary: 96, first: 0, count: 1 },
    { vocabulary: 96, first: 40, count: 1 },
    { vocabulary: 1000, first: 999, count: 1 },
    { vocabulary: 1000, first: 500, count: 3 },
  ].map((row) => ({ number, ...row })),
);

export function rowOf({ number, vocabulary, first, count }: (typeof NOT_FINITE)[number]) {
  const whole = Float32Array.from({ length: vocabulary }, (_, index) => Math.sin(index));
  const broken = whole.slice().fill(number, first, first + count);
  return { whole, broken, targets: Int32Array.of(0), rows: 1, vocabulary };
}
