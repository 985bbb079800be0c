/** 12 kB, 5.7 MB, 1.02 GB: decimal, as download sizes are given. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ["kB", "MB", "GB"] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power - 1)} ${units[power - 1]}`;
}
