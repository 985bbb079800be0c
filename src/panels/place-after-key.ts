/** The place that a key leads to from `place` along a row of `count`, round its ends; null for other keys. */
export function placeAfterKey(key: string, place: number, count: number): number | null {
  if (key === "ArrowRight") return (place + 1) % count;
  if (key === "ArrowLeft") return (place - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
