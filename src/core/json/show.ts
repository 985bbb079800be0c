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

/** A value's type, and the value itself where it is short: `the number 3`, `the list [2, 3]`, `an object`, `missing`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return describeList(value);
  if (typeof value === "object") return "an object";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return `the ${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}

/** A short list as it stands, what is inside of its entries left out: of its length alone nobody would see what is wrong. */
function describeList(list: readonly unknown[]): string {
  if (list.length === 0) return "an empty list";
  const shown = list.length <= 8 ? list.map(showEntry).join(", ") : "";
  return shown !== "" && shown.length <= 60 ? `the list [${shown}]` : `a list of ${list.length}`;
}

function showEntry(entry: unknown): string {
  if (entry === null || typeof entry !== "object") return showValue(entry);
  if (Array.isArray(entry)) return entry.length === 0 ? "[]" : "[…]";
  return Object.keys(entry).length === 0 ? "{}" : "{…}";
}
