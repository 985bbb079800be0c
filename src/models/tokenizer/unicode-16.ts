/**
 * Characters that Unicode 17 brought. Tokenizers' patterns run on Oniguruma (in tokenizers 0.23, by all code points), whose
 * tables are of Unicode 16, and engines that run JavaScript are ahead of it: what is a letter for one is nothing yet for the
 * other.
 */

/** In hexadecimal digits. */
const RANGES =
  "88f c5c cdc 1acf-1add 1ae0-1aeb a7ce-a7cf a7d2 a7d4 a7f1 10940-10959 10ec5-10ec7 10ed0 10efa-10efb 11b60-11b67 " +
  "11db0-11ddb 11de0-11de9 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18d09-18d1e 18d80-18df2 1e6c0-1e6de " +
  "1e6e0-1e6f5 1e6fe-1e6ff 2b73a-2b73f 2cea2-2cead 323b0-33479";

const NEW = new RegExp(`[${RANGES.replace(/[0-9a-f]+/g, "\\u{$&}").replaceAll(" ", "")}]`, "gu");

/** Code points of one and of two units that are no character in any version so far. */
const NOTHING = "\u0378";
const NOTHING_WIDE = "\u{1fffe}";

/** The text with what Unicode 16 does not know as unassigned code points of the same width. */
export function asUnicode16(text: string): string {
  return text.replace(NEW, (character) => (character.length === 1 ? NOTHING : NOTHING_WIDE));
}
