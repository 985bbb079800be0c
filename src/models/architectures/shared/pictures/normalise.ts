/** From 8-bit pixels to the numbers that vision towers read. */

export interface Normalisation {
  readonly rescaleFactor: number;
  /** Per channel: red, green, blue. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** What each of the 256 values of a channel becomes: rescaled and normalised in float32, as numpy does for these dtypes. */
export type Levels = readonly Float32Array[];

/** One table per channel. */
export function levelsOf({ rescaleFactor, mean, deviation }: Normalisation): Levels {
  return mean.map((middle, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => {
      const rescaled = Math.fround(value * rescaleFactor);
      return Math.fround(rescaled - Math.fround(middle)) / Math.fround(deviation[channel] ?? 1);
    }),
  );
}
