/** How large a processor that cuts crops makes a picture, and how many frames it cuts it into; pictures themselves are not read. */

/** No edge is resized beyond this, whatever the configuration says (transformers, `image_processing_idefics3.py`). */
const LARGEST_EDGE = 4096;

/** Crops that a picture of this size is cut into before the whole picture follows; 0 and 0 for one whole frame. */
export function cropGrid(
  picture: { readonly width: number; readonly height: number },
  { frameSize, longestEdge }: { readonly frameSize: number; readonly longestEdge: number },
): { readonly rows: number; readonly columns: number } {
  const resized = resizedSize(picture.width, picture.height, longestEdge);
  const [width, height] = wholeFramesSize(...resized, frameSize);
  return width <= frameSize && height <= frameSize
    ? { rows: 0, columns: 0 }
    : { rows: height / frameSize, columns: width / frameSize };
}

/** Makes the longest edge `edge`, the other one even and at least 1. */
export function resizedSize(width: number, height: number, edge: number): readonly [number, number] {
  const aspect = width / height;
  const even = (side: number) => Math.max(1, side + (side % 2));
  const [wide, high] =
    width >= height ? [edge, even(Math.trunc(edge / aspect))] : [even(Math.trunc(edge * aspect)), edge];
  if (Math.max(wide, high) <= LARGEST_EDGE) return [wide, high];
  const limitedAspect = wide / high;
  return wide >= high
    ? [LARGEST_EDGE, Math.max(1, Math.trunc(LARGEST_EDGE / limitedAspect))]
    : [Math.max(1, Math.trunc(LARGEST_EDGE * limitedAspect)), LARGEST_EDGE];
}

/** Rounds the long side up to whole frames, then the short side of the same aspect. */
export function wholeFramesSize(width: number, height: number, side: number): readonly [number, number] {
  const aspect = width / height;
  const roundUp = (length: number) => Math.ceil(length / side) * side;
  if (width >= height) {
    const wide = roundUp(width);
    return [wide, roundUp(Math.trunc(wide / aspect))];
  }
  const high = roundUp(height);
  return [roundUp(Math.trunc(high * aspect)), high];
}
