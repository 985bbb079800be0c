/** What stands under the pictures of the gallery. Loaded with the examples, after the page. */

/** What a question of each kind asks, in two or three words. */
const KIND_LABELS: Readonly<Record<string, string>> = {
  place: "what is there?",
  side: "left or right?",
  height: "above or below?",
  farthest: "farthest?",
  same: "the same?",
  colour: "which colour?",
  shape: "which shape?",
  material: "made of what?",
  size: "how large?",
  "count-two": "how many?",
  count: "how many?",
  all: "count all",
  total: "both together?",
  compare: "more of which?",
  equal: "as many?",
  difference: "by how many?",
  float: "does it float?",
  break: "does it break?",
  magnet: "magnetic?",
  roll: "does it roll?",
  bounce: "does it bounce?",
  book: "flat top?",
  "roll-and-break": "rolls, breaks?",
  which: "which one?",
  "how-many": "how many do?",
  describe: "describe it",
};

/** "how many?": what an example asks; its family where nobody says the kind. */
export function exampleLabel({ kind, family }: { readonly kind: string; readonly family: string }): string {
  return KIND_LABELS[kind] ?? family;
}
