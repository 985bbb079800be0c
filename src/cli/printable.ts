/** Text of files and models on its way to a terminal, which would obey what is hidden in it. */

/** Control characters other than line feed and tab, and marks that reverse the direction of what follows. */
const HIDDEN = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * `text` with control characters written out: a model's name may hold the escapes that move a terminal's cursor, set its
 * title or hide a line. Line feeds and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) => {
    if (character === "\n" || character === "\t") return character;
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}
