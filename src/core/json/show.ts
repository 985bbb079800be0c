/** What was found in a file, in few words for messages. */

/** A value as JSON, cut to 80 characters; a longer list by its length, "nothing" for what is not there. */
export function showValue(found: unknown): string {
  // JSON has no infinity, though 1e999 reads as one.
  if (typeof found === "number") return String(found);
  let shown: string;
  try {
    shown = JSON.stringify(found) ?? "nothing";
  } catch {
    // JSON.parse reads any depth, JSON.stringify runs out of stack.
    return "a deeply nested value";
  }
  if (shown.length > 80 && Array.isArray(found)) return `a list of ${found.length}`;
  return shown.length > 80 ? `${shown.slice(0, 77)}…` : shown;
}

/** A value's type, and the value itself where it is short: `the number 3`, `a list of 2`, `an object`, `missing`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return `the ${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}
