/** Which step of its reasoning a token of a trace belongs to. */

/** "Step 3:" or "Step 3 –" gives the number; "Final Answer:" ends the steps. */
const BOUNDARY = /\bstep\s+(\d+)\s*[:–—]|\bfinal\s+answer\s*:/giu;

/** Stands for the tokens from "Final Answer:" on. */
export const ANSWER_STEP = -1;

/**
 * The step of every token: the n of the last "Step n:" that begins at or before the token, 0 before the first,
 * `ANSWER_STEP` from "Final Answer:" on. A boundary belongs to the token that holds its first character.
 * @param tokenTexts what each token adds to the trace's text.
 */
export function stepsOf(tokenTexts: readonly string[]): readonly number[] {
  const boundaries = [...tokenTexts.join("").matchAll(BOUNDARY)].map((match) => ({
    offset: match.index,
    step: match[1] === undefined ? ANSWER_STEP : Number(match[1]),
  }));
  let end = 0;
  let next = 0;
  let step = 0;
  return tokenTexts.map((text) => {
    end += text.length;
    for (;;) {
      const boundary = boundaries[next];
      if (boundary === undefined || boundary.offset >= end) return step;
      step = boundary.step;
      next += 1;
    }
  });
}

/** "step 2", "answer", "before the first step". */
export function stepLabel(step: number): string {
  if (step === ANSWER_STEP) return "answer";
  return step === 0 ? "before the first step" : `step ${step}`;
}
