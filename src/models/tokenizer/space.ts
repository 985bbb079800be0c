/** Space as Unicode has it (White_Space), all of it characters of one unit; JavaScript's trim takes others. */

const SPACE = /\p{White_Space}/u;

const isSpace = (text: string, at: number) => SPACE.test(text[at] ?? "");

/** Where the space that ends at `at` begins. */
export function spaceBefore(text: string, at: number): number {
  let from = at;
  while (from > 0 && isSpace(text, from - 1)) from -= 1;
  return from;
}

/** Where the space that begins at `at` ends. */
export function spaceBehind(text: string, at: number): number {
  let to = at;
  while (to < text.length && isSpace(text, to)) to += 1;
  return to;
}
