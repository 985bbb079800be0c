/** Compares what a session holds with what running it again gives, value by value. */
import type { ComparedValue, Sameness } from "./saved-run.ts";

/** How far a value may lie from the saved one and count as the same: other backends sum in other orders. */
export const TOLERANCE = 1e-4;

const shownNumber = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value));

/** A value that is the same or is not, in words. @param note what else there is to say. */
export function compareWords(name: string, saved: string, now: string, note = ""): ComparedValue {
  return { name, sameness: saved === now ? "equal" : "different", saved, now, note };
}

/**
 * A list of numbers. Equal to the bit, or each within `TOLERANCE` of `scale`, or different; shown are the two values that lie
 * furthest apart.
 *
 * @param scale what the tolerance is a share of: 1 for nats; the largest of the saved values when absent.
 */
export function compareNumbers(
  name: string,
  saved: ArrayLike<number>,
  now: ArrayLike<number>,
  scale = largest(saved),
): ComparedValue {
  const { length } = saved;
  if (now.length !== length) {
    return { name, sameness: "different", saved: `${length} values`, now: `${now.length} values`, note: "" };
  }
  let [place, furthest] = [0, 0];
  for (let at = 0; at < length; at++) {
    const [before, after] = [saved[at] ?? 0, now[at] ?? 0];
    // Not numbers are as far apart as can be, unless they are the same.
    const distance = Object.is(before, after) || before === after ? 0 : Math.abs(before - after);
    if (distance > furthest || Number.isNaN(distance))
      [place, furthest] = [at, Number.isNaN(distance) ? Infinity : distance];
  }
  const sameness: Sameness = furthest === 0 ? "equal" : furthest <= TOLERANCE * scale ? "within" : "different";
  const where = sameness === "equal" ? "" : `, furthest apart at ${place + 1}: by ${furthest.toExponential(1)}`;
  const shown = (values: ArrayLike<number>) => (length === 0 ? "none" : shownNumber(values[place] ?? 0));
  return { name, sameness, saved: shown(saved), now: shown(now), note: length > 1 ? `${length} values${where}` : "" };
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at] ?? 0));
  return most;
}

/** One sentence over a table of them. @param devices what the saved and the new values were computed on. */
export function comparedSentence(
  values: readonly ComparedValue[],
  devices: { readonly saved: string; readonly now: string },
): string {
  const count = (sameness: Sameness) => values.filter((value) => value.sameness === sameness).length;
  const [different, within] = [count("different"), count("within")];
  const all = values.length;
  const where = devices.saved === devices.now ? "" : ` It was saved on ${devices.saved} and ran on ${devices.now}.`;
  if (different > 0) return `Different: ${different} of ${all} values are not as saved.${where}`;
  if (within === 0) return `Equal: all ${all} values are as saved, to the last digit.${where}`;
  return `Equal within ${TOLERANCE}: ${all - within} of ${all} values to the last digit, ${within} within the tolerance.${where}`;
}
