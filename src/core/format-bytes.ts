/** 12 kB, 5.7 MB, 1.02 GB: decimal, as download sizes are given. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ["kB", "MB", "GB"] as const;
  // What rounds up to a thousand of a unit is one of the next.
  const power = [1, 2].find((each) => Number((bytes / 1000 ** each).toFixed(each - 1)) < 1000) ?? units.length;
  const digits = bytes < 1e12 ? power - 1 : 0;
  const shown = bytes / 1000 ** power;
  return `${digits === 0 ? Math.round(shown).toLocaleString("en-US") : shown.toFixed(digits)} ${units[power - 1]}`;
}
