/** Fields of CSV (RFC 4180) that a spreadsheet shows and never runs. */

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;
/** What a spreadsheet takes for the start of a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One field, quoted where it has to be; empty for null and for numbers that are not finite. Text that a spreadsheet would
 * run as a formula (a token "=", a name "@SUM(…)") gets an apostrophe in front, as spreadsheets write such text themselves.
 */
export function csvField(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? `${value}` : "";
  const text = FORMULA.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
