/**
 * Two traces side by side: which stretches they share and where they first part company.
 *
 * The stretches come from a longest common subsequence of the tokens (or words), after the common beginning and end
 * have been set aside.
 */

export interface AlignedSegment {
  /** Both sides alike; both there but different; on one side only. */
  readonly kind: "same" | "changed" | "left" | "right";
  /** Text of the stretch on either side; empty on the side that has none. */
  readonly left: string;
  readonly right: string;
  /** Tokens of the stretch: start included, end excluded. */
  readonly leftStart: number;
  readonly leftEnd: number;
  readonly rightStart: number;
  readonly rightEnd: number;
}

export interface Alignment {
  /** In order; neighbours differ in kind, and two stretches that are not the same never touch. */
  readonly segments: readonly AlignedSegment[];
  /** First token position at which the traces differ, null when they are equal. */
  readonly firstDivergence: number | null;
  /** Tokens that both share, in order. */
  readonly sameTokens: number;
}

/** Above this many pairs the differing middle is compared coarsely, as one changed stretch: 64 MB of table. */
const MAXIMUM_PAIRS = 16_000_000;

/** Aligns two lists of tokens by their text. Concatenating the `left` of all segments gives back the left trace. */
export function alignTokens(left: readonly string[], right: readonly string[]): Alignment {
  const pairs = commonPairs(left, right);
  const segments: AlignedSegment[] = [];
  const push = (
    kind: AlignedSegment["kind"],
    leftStart: number,
    leftEnd: number,
    rightStart: number,
    rightEnd: number,
  ) =>
    segments.push({
      kind,
      left: left.slice(leftStart, leftEnd).join(""),
      right: right.slice(rightStart, rightEnd).join(""),
      leftStart,
      leftEnd,
      rightStart,
      rightEnd,
    });

  let leftDone = 0;
  let rightDone = 0;
  const pushDifference = (leftEnd: number, rightEnd: number) => {
    if (leftEnd > leftDone && rightEnd > rightDone) push("changed", leftDone, leftEnd, rightDone, rightEnd);
    else if (leftEnd > leftDone) push("left", leftDone, leftEnd, rightDone, rightEnd);
    else if (rightEnd > rightDone) push("right", leftDone, leftEnd, rightDone, rightEnd);
  };
  for (let first = 0; first < pairs.length; ) {
    const [leftStart, rightStart] = pairs[first] ?? [0, 0];
    let length = 1;
    while (isNext(pairs[first + length], leftStart + length, rightStart + length)) length += 1;
    pushDifference(leftStart, rightStart);
    leftDone = leftStart + length;
    rightDone = rightStart + length;
    push("same", leftStart, leftDone, rightStart, rightDone);
    first += length;
  }
  pushDifference(left.length, right.length);

  const common = commonBeginning(left, right);
  const equal = common === left.length && common === right.length;
  return { segments, firstDivergence: equal ? null : common, sameTokens: pairs.length };
}

/** Aligns two texts by words; white space belongs to the word that follows it, line breaks stand alone. */
export function alignTexts(left: string, right: string): Alignment {
  return alignTokens(splitWords(left), splitWords(right));
}

/** Cuts a text so that the pieces put together give it back. */
export function splitWords(text: string): readonly string[] {
  return text.match(/\n|[^\S\n]*[\p{L}\p{N}_'’-]+|[^\S\n]*[^\s\p{L}\p{N}_]|[^\S\n]+/gu) ?? [];
}

/** Length of the longest common subsequence of two lists. */
export function commonLength(left: readonly string[], right: readonly string[]): number {
  return commonPairs(left, right).length;
}

function isNext(pair: readonly [number, number] | undefined, left: number, right: number): boolean {
  return pair !== undefined && pair[0] === left && pair[1] === right;
}

function commonBeginning(left: readonly string[], right: readonly string[]): number {
  const end = Math.min(left.length, right.length);
  let position = 0;
  while (position < end && left[position] === right[position]) position += 1;
  return position;
}

/** Positions of a longest common subsequence, ascending on both sides. */
function commonPairs(left: readonly string[], right: readonly string[]): readonly (readonly [number, number])[] {
  const start = commonBeginning(left, right);
  let tail = 0;
  while (
    tail < Math.min(left.length, right.length) - start &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  ) {
    tail += 1;
  }
  const rows = left.length - start - tail;
  const columns = right.length - start - tail;
  const pairs: (readonly [number, number])[] = [];
  for (let position = 0; position < start; position++) pairs.push([position, position]);
  if (rows * columns <= MAXIMUM_PAIRS) pairs.push(...middlePairs(left, right, start, rows, columns));
  for (let back = tail; back > 0; back--) pairs.push([left.length - back, right.length - back]);
  return pairs;
}

function middlePairs(
  left: readonly string[],
  right: readonly string[],
  start: number,
  rows: number,
  columns: number,
): readonly (readonly [number, number])[] {
  // lengths[row][column]: longest common subsequence of what follows these positions, inclusive.
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      lengths[row * width + column] =
        left[start + row] === right[start + column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let row = 0;
  let column = 0;
  while (row < rows && column < columns) {
    if (left[start + row] === right[start + column]) {
      pairs.push([start + row, start + column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}
