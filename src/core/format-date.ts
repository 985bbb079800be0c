/** "30 Nov 2026": a day, in the words of the page. @param date milliseconds since 1970. */
export function formatDate(date: number): string {
  return new Date(date).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}
