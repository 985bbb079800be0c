/** Foreign text in XML and HTML: names of pictures, questions and models may hold anything. */

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** What XML 1.0 has no place for, in no notation. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g;

/** Text that is only text, between tags and in attributes, in XML and HTML alike; what XML cannot hold becomes �. */
export function escapeText(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(NOT_XML, "\ufffd")
    .replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? "");
}
