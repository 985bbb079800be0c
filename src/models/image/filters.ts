/** Pillow's filters for resizing (Resample.c): how much an input pixel weighs, by its distance in output pixels. */

export interface Filter {
  /** Beyond this distance nothing weighs. */
  readonly support: number;
  weight(distance: number): number;
}

/** A sinc, windowed by the middle lobe of one three times as wide. */
export const LANCZOS: Filter = {
  support: 3,
  weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0),
};

/** Slope of the cubic where it crosses zero, as Pillow has it; OpenCV and torch have −0.75. */
const SLOPE = -0.5;

/** Keys's cubic convolution. */
export const BICUBIC: Filter = {
  support: 2,
  weight(x) {
    const far = Math.abs(x);
    if (far < 1) return ((SLOPE + 2) * far - (SLOPE + 3)) * far * far + 1;
    return far < 2 ? (((far - 5) * far + 8) * far - 4) * SLOPE : 0;
  },
};

export const BILINEAR: Filter = { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}
