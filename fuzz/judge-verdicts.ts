/** What two programs make of one checkpoint, side by side. */

export interface Verdict {
  /** What was written; null where it was not read. */
  readonly text: string | null;
  /** Why it was not read. */
  readonly why: string;
}

export interface Judgement {
  readonly kind: string;
  readonly fails: boolean;
}

/** Files of a checkpoint, one of which a refusal has to name. */
const NAMED = /\.(json|safetensors|jinja)|^Tensor "/i;
/** JSON knows no difference that transformers makes of it: 1 is a number with a fraction as well as without one. */
const ONLY_OTHER_NUMBER = /expected float, got int/;

/** @param undamaged what the model writes that was damaged. */
export function judge(ours: Verdict, theirs: Verdict, undamaged: string): Judgement {
  if (ours.text === null) {
    if (!NAMED.test(ours.why)) return { kind: "refused here without a file that is named", fails: true };
    return { kind: theirs.text === null ? "refused by both" : "refused here alone", fails: false };
  }
  // A field that is not needed, or one that another stands for.
  if (theirs.text === null && ours.text === undamaged)
    return { kind: "read here alone, as if undamaged", fails: false };
  if (theirs.text === null && ONLY_OTHER_NUMBER.test(theirs.why))
    return { kind: "refused there as a whole number", fails: false };
  if (theirs.text === null) return { kind: "read here alone, with another text", fails: true };
  const same = ours.text === theirs.text;
  return { kind: same ? "read by both, the same text" : "read by both, other texts", fails: !same };
}
