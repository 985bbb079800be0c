/**
 * About how many bytes a record takes in this browser: two for each character of a text, eight for a number, what typed
 * arrays hold. Browsers do not say, and pack it in ways of their own.
 */
export function recordSize(value: unknown): number {
  if (typeof value === "string") return 2 * value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 8;
  if (Array.isArray(value)) return value.reduce((sum: number, member) => sum + recordSize(member), 0);
  return Object.entries(value).reduce((sum, [name, member]) => sum + 2 * name.length + recordSize(member), 0);
}
