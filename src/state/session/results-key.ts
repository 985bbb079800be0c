/** The weights that a result's key names, see `experimentKey`; null for what is no such key. */
export function weightsOfResult(key: string): string | null {
  try {
    const [, weightHash] = JSON.parse(key) as readonly unknown[];
    return typeof weightHash === "string" ? weightHash : null;
  } catch {
    return null;
  }
}
