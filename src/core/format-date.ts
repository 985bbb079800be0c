/** Days and times in the words of the page, told in the reader's own time; all are given in milliseconds since 1970. */

/** "30 Nov 2026", a day. */
export function formatDate(date: number): string {
  return new Date(date).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** "30 Nov, 16:25". */
export function formatTime(date: number): string {
  return new Date(date).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
