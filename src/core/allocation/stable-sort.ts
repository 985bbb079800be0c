/**
 * A stable sort of few units by score, without allocating: merging from short runs upwards. What is in order already, equal
 * scores among it, is passed over.
 */

const RUN = 16;

/** Sorts the entries of [first, end) by falling score, equal ones as they came; `units` goes with `scores`. */
export type PairSort = (units: Uint32Array, scores: Float64Array, first: number, end: number) => void;

/** Keeps its scratch arrays from call to call, as long as the longest list needs them. */
export function createPairSort(): PairSort {
  let spareUnits = new Uint32Array(0);
  let spareScores = new Float64Array(0);

  return (units, scores, first, end) => {
    for (let start = first; start < end; start += RUN) insert(units, scores, start, Math.min(end, start + RUN));
    if (end - first <= RUN) return;
    if (spareUnits.length < end - first) {
      spareUnits = new Uint32Array(end - first);
      spareScores = new Float64Array(end - first);
    }
    for (let run = RUN; run < end - first; run *= 2) {
      for (let start = first; start + run < end; start += 2 * run) {
        const middle = start + run;
        if ((scores[middle - 1] ?? 0) >= (scores[middle] ?? 0)) continue;
        for (let place = 0; place < run; place++) {
          spareUnits[place] = units[start + place] ?? 0;
          spareScores[place] = scores[start + place] ?? 0;
        }
        merge(units, scores, start, middle, Math.min(end, middle + run), spareUnits, spareScores);
      }
    }
  };
}

/** Insertion from the left: later entries pass earlier ones only where they are higher. */
function insert(units: Uint32Array, scores: Float64Array, start: number, end: number): void {
  for (let next = start + 1; next < end; next++) {
    const unit = units[next] ?? 0;
    const score = scores[next] ?? 0;
    let place = next;
    while (place > start && (scores[place - 1] ?? 0) < score) {
      units[place] = units[place - 1] ?? 0;
      scores[place] = scores[place - 1] ?? 0;
      place -= 1;
    }
    units[place] = unit;
    scores[place] = score;
  }
}

/** Merges [start, middle), of which the spare arrays hold a copy from 0, with [middle, end). */
function merge(
  units: Uint32Array,
  scores: Float64Array,
  start: number,
  middle: number,
  end: number,
  leftUnits: Uint32Array,
  leftScores: Float64Array,
): void {
  const lefts = middle - start;
  let left = 0;
  let right = middle;
  let place = start;
  while (left < lefts && right < end) {
    const leftScore = leftScores[left] ?? 0;
    const rightScore = scores[right] ?? 0;
    if (leftScore >= rightScore) {
      units[place] = leftUnits[left] ?? 0;
      scores[place] = leftScore;
      left += 1;
    } else {
      units[place] = units[right] ?? 0;
      scores[place] = rightScore;
      right += 1;
    }
    place += 1;
  }
  while (left < lefts) {
    units[place] = leftUnits[left] ?? 0;
    scores[place] = leftScores[left] ?? 0;
    left += 1;
    place += 1;
  }
}
