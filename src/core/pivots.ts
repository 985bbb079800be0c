/**
 * Pivot tokens: where in its trace a model takes the next step of its reasoning.
 *
 * µCRASP, arXiv 2605.25842, section on pivot tokens. Positions are counted in the trace, from 0.
 */
import { PivotscopeError } from "./errors.ts";
import { type MarkerGroup, markerGroupNames, markerGroups } from "./markers.ts";
import { allocationParameters } from "./parameters/allocation.ts";
import { type PivotValues, pivotParameters } from "./parameters/pivots.ts";
import { createRandom } from "./random.ts";
import type { TokenIndex } from "./unit.ts";

export interface PivotParameters extends PivotValues {
  /** Names of the marker groups in use, see core/markers. */
  readonly markers: readonly string[];
  /** Seed of everything that is drawn at random: pivot positions here, the ranking of the method Random. */
  readonly randomSeed: number;
}

/** The paper's values: every marker, W = 8, at least 2 markers, pivots at the markers. */
export function defaultPivotParameters(): PivotParameters {
  const { window, minimumMarkers, pivotPlacement } = pivotParameters.specs;
  return {
    markers: markerGroupNames,
    window: window.initial,
    minimumMarkers: minimumMarkers.initial,
    pivotPlacement: pivotPlacement.initial,
    randomSeed: allocationParameters.specs.randomSeed.initial,
  };
}

export interface FoundMarker {
  /** Name of the marker group. */
  readonly name: string;
  /** The marker as it stands in the trace. */
  readonly text: string;
  /** Where it begins in the trace's text, UTF-16 units. */
  readonly offset: number;
  /** The token that holds its first character. */
  readonly token: TokenIndex;
}

export interface Pivots {
  /** Ascending, without repeats. */
  readonly pivots: readonly TokenIndex[];
  /** Every marker found, in order; also when there were too few and the fallback was taken. */
  readonly markers: readonly FoundMarker[];
  /** True when too few markers were found, and the pivots are (or count as many as) the inner boundaries of thirds. */
  readonly fallback: boolean;
}

/**
 * Finds the pivot tokens of a trace.
 *
 * @param tokenTexts what each token adds to the trace's text; their concatenation is the text that is searched.
 * Overlapping markers count once: the one that begins first, then the longest ("we can therefore conclude" is one
 * marker, not also "therefore").
 * With random placement the pivots are as many different positions as there would be at markers, drawn from the seed and
 * the trace itself, so that every trace gets its own and the same ones each time; `markers` stays what was found.
 * @throws PivotscopeError `bad-input` when a marker group is not known.
 */
export function findPivots(tokenTexts: readonly string[], parameters: PivotParameters): Pivots {
  const groups = parameters.markers.map(markerGroupNamed);
  const text = tokenTexts.join("");
  const starts = tokenStarts(tokenTexts);
  const markers = findMarkers(text, groups).map((marker) => ({ ...marker, token: tokenAt(starts, marker.offset) }));
  const fallback = markers.length < parameters.minimumMarkers;
  const placed = fallback ? thirds(tokenTexts.length) : ascendingWithoutRepeats(markers.map((marker) => marker.token));
  const pivots =
    parameters.pivotPlacement === "random"
      ? createRandom(traceSeed(tokenTexts, parameters.randomSeed)).sample(tokenTexts.length, placed.length)
      : placed;
  return { pivots, markers, fallback };
}

/**
 * Every trace position within `window` tokens of a pivot, either side, ascending. A position stands for the loss of
 * predicting that trace token.
 */
export function pivotWindow(pivots: readonly TokenIndex[], traceLength: number, window: number): readonly TokenIndex[] {
  const inside = new Uint8Array(traceLength);
  for (const pivot of pivots) {
    const end = Math.min(traceLength, pivot + window + 1);
    for (let position = Math.max(0, pivot - window); position < end; position++) inside[position] = 1;
  }
  const positions: TokenIndex[] = [];
  for (let position = 0; position < traceLength; position++) if (inside[position] === 1) positions.push(position);
  return positions;
}

/** A seed that depends on every token of the trace (FNV-1a over UTF-16 units) and on the parameters' seed. */
function traceSeed(tokenTexts: readonly string[], seed: number): number {
  const prime = 0x01000193;
  let hash = 0x811c9dc5;
  for (const text of tokenTexts) {
    for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), prime);
    // Where a token ends counts too; no UTF-16 unit is this large.
    hash = Math.imul(hash ^ 0x10000, prime);
  }
  return (hash ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
}

function markerGroupNamed(name: string): MarkerGroup {
  const group = markerGroups.find((candidate) => candidate.name === name);
  if (group) return group;
  throw new PivotscopeError(
    "bad-input",
    `markers: "${name}" is not a marker group.`,
    `Use some of ${markerGroupNames.join(", ")}.`,
  );
}

function findMarkers(text: string, groups: readonly MarkerGroup[]): readonly Omit<FoundMarker, "token">[] {
  const matches = groups.flatMap((group) =>
    [...text.matchAll(group.pattern)].map((match) => ({ name: group.name, text: match[0], offset: match.index })),
  );
  matches.sort((a, b) => a.offset - b.offset || b.text.length - a.text.length);
  let free = 0;
  return matches.filter((match) => {
    if (match.offset < free) return false;
    free = match.offset + match.text.length;
    return true;
  });
}

function tokenStarts(tokenTexts: readonly string[]): readonly number[] {
  let position = 0;
  return tokenTexts.map((text) => {
    const start = position;
    position += text.length;
    return start;
  });
}

/** The last token that starts at or before `offset`: of several that start there all but the last are empty. */
function tokenAt(starts: readonly number[], offset: number): TokenIndex {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Inner boundaries of three equal parts: ⌊n/3⌋ and ⌊2n/3⌋ (project decision: rounded down). */
function thirds(traceLength: number): readonly TokenIndex[] {
  if (traceLength === 0) return [];
  return ascendingWithoutRepeats([Math.floor(traceLength / 3), Math.floor((2 * traceLength) / 3)]);
}

function ascendingWithoutRepeats(positions: readonly TokenIndex[]): readonly TokenIndex[] {
  return [...new Set(positions)].sort((a, b) => a - b);
}
