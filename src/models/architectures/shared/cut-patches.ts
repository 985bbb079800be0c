/**
 * Cuts a normalised frame [channels, size, size] into patches [patches, channels · patchSize²], patches row by row,
 * each in the order of the patch embedding's weight: channel, row, column.
 */
export function cutPatches(frame: Float32Array, channels: number, size: number, patchSize: number): Float32Array {
  const side = size / patchSize;
  const patchValues = channels * patchSize * patchSize;
  const patches = new Float32Array(side * side * patchValues);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const patch = Math.floor(y / patchSize) * side + Math.floor(x / patchSize);
      const within = (y % patchSize) * patchSize + (x % patchSize);
      for (let channel = 0; channel < channels; channel++) {
        patches[patch * patchValues + channel * patchSize * patchSize + within] =
          frame[(channel * size + y) * size + x] ?? 0;
      }
    }
  }
  return patches;
}
