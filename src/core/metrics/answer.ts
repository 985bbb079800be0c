/**
 * The final answer of a trace, and whether two traces give the same one. The paper measures exact match; how an answer
 * is found and when two answers are the same is a project decision, stated at each function.
 */

/**
 * What stands after the last "Final Answer:" (or, without one, the last "Answer:"): the rest of that line, or the next
 * line that is not empty. Markdown stars, surrounding quotes and closing full stops are dropped. Null when the trace
 * gives no answer.
 */
export function finalAnswer(trace: string): string | null {
  const marked = [...trace.matchAll(/(?<![\p{L}\p{N}_])final\s+answer\s*:/giu)];
  const plain = [...trace.matchAll(/(?<![\p{L}\p{N}_])answer\s*:/giu)];
  const marker = marked.at(-1) ?? plain.at(-1);
  if (marker === undefined) return null;
  const line = /\S[^\r\n]*/u.exec(trace.slice(marker.index + marker[0].length).replaceAll("*", ""));
  const answer = (line?.[0] ?? "").replace(/^[\s"“”'`]+|[\s"“”'`.!]+$/gu, "");
  return answer === "" ? null : answer;
}

/** What is said in an answer's place where there is none: "no answer" would read as the answer "no". */
export const NO_ANSWER = "(gives no answer)";

/** Lower case, without articles and punctuation around words, single spaces: what answers are compared by. */
export function normaliseAnswer(answer: string): string {
  return contentWords(answer)
    .filter((word) => !["a", "an", "the"].includes(word))
    .join(" ");
}

/** Exact match: both traces give a final answer, and the two are equal once normalised. */
export function answersMatch(reference: string, candidate: string): boolean {
  const expected = finalAnswer(reference);
  const found = finalAnswer(candidate);
  return expected !== null && found !== null && normaliseAnswer(expected) === normaliseAnswer(found);
}

/**
 * The words of a text in lower case and without the punctuation around them: "It's 3.5, so:" → it's, 3.5, so. Signs that
 * change what an answer says (minus, %, +, =, <, >, currencies) are kept.
 */
export function contentWords(text: string): readonly string[] {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("−", "-")
    .split(/\s+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}\p{Sm}\p{Sc}%-]+|[^\p{L}\p{N}\p{Sm}\p{Sc}%]+$/gu, ""))
    .filter((word) => word !== "");
}
