/** How much of a list this browser keeps. */

export interface Limits {
  readonly most: number;
  /** Of all that stay, together. */
  readonly bytes: number;
}

/** Which of a list, the latest first, are within the limits; the latest always is. */
export function withinLimits<Kept extends { readonly bytes: number }>(
  list: readonly Kept[],
  limits: Limits,
): { readonly stay: readonly Kept[]; readonly go: readonly Kept[] } {
  let bytes = 0;
  const over = list.findIndex((kept, place) => {
    bytes += kept.bytes;
    return place > 0 && (place >= limits.most || bytes > limits.bytes);
  });
  return over < 0 ? { stay: list, go: [] } : { stay: list.slice(0, over), go: list.slice(over) };
}
