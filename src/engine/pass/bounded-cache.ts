/** A cache that forgets what was used longest ago. */

export interface BoundedCache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
}

/**
 * @param limit how much may be kept, in the unit of `sizeOf`; the last entry always stays, whatever its size.
 * @param sizeOf size of an entry, asked once.
 */
export function createBoundedCache<Key, Value>(
  limit: number,
  sizeOf: (value: Value) => number = () => 1,
): BoundedCache<Key, Value> {
  // A Map keeps the order of insertion; what is used moves to the end.
  const entries = new Map<Key, { readonly value: Value; readonly size: number }>();
  let total = 0;
  const remove = (key: Key) => {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      remove(key);
      const entry = { value, size: sizeOf(value) };
      entries.set(key, entry);
      total += entry.size;
      for (const oldest of entries.keys()) {
        if (total <= limit || entries.size === 1) break;
        remove(oldest);
      }
    },
  };
}
