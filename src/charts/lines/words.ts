/** A trace cut into words and statements, so that two of them can stand under each other. */

/** Tokens that stand together: what is between two spaces, with the space before it. */
export interface Word {
  readonly text: string;
  /** Tokens of the trace: first included, end excluded. */
  readonly first: number;
  readonly end: number;
  /** Where it stands in the trace's text, from its first character that is not space: [from, to). */
  readonly from: number;
  readonly to: number;
}

/** These begin a word of their own wherever they stand: they are written without spaces. */
const UNSPACED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u;

/**
 * Groups tokens into words. A word begins with a token that begins with a space, after nothing but space; so every token
 * is in one word, in order, and the words put together are the trace.
 */
export function wordsOf(tokens: readonly string[]): readonly Word[] {
  const words: Word[] = [];
  const joined = tokens.join("");
  const lead = joined.length - joined.trimStart().length;
  let text = "";
  let first = 0;
  let from = -lead;
  const close = (end: number) => {
    words.push({ text, first, end, from, to: from + text.length });
    first = end;
    from += text.length;
    text = "";
  };
  tokens.forEach((token, index) => {
    if (text.trim() !== "" && (/^\s/.test(token) || UNSPACED.test(token))) close(index);
    text += token;
  });
  if (first < tokens.length) close(tokens.length);
  return words;
}

const SENTENCE_END = /[\p{L}\p{N}"”’')\]%][.!?…]["”’')\]]*$/u;
const NUMBERING = /^\d+(?:\.\d+)*[.)]$/;
const STEP = /^step$/i;
const STEP_NUMBER = /^\d+[:.)–—]*$/;
const ANSWER = /^answer:?$/i;

/** Words that a statement begins with: after a line break, after the end of a sentence, and at "Step 2:". */
export function statementStarts(words: readonly Word[]): ReadonlySet<number> {
  const starts = new Set<number>();
  const bare = words.map((word) => word.text.trim());
  words.forEach((word, index) => {
    const [before, here, next] = [bare[index - 1] ?? "", bare[index] ?? "", bare[index + 1] ?? ""];
    const broken = /^\s*\n/.test(word.text);
    const ended = SENTENCE_END.test(before) && !NUMBERING.test(before);
    const marked = (STEP.test(here) && STEP_NUMBER.test(next)) || (/^final$/i.test(here) && ANSWER.test(next));
    if (index === 0 || broken || ended || marked) starts.add(index);
  });
  return starts;
}

/** What a judge says of a statement, at the place where the statement ends. */
export interface Mark {
  readonly verdict: "true" | "false" | "unreadable";
  readonly reason: string;
}

export interface MarkedText {
  /** In order; `end` is a place in the trace's text from its first character that is not space. */
  readonly claims: readonly (Mark & { readonly end: number })[];
}

/** The marks of every word, by its place in `words`: each statement's mark stands on the word that it ends in. */
export function marksOf(words: readonly Word[], { claims }: MarkedText): ReadonlyMap<number, readonly Mark[]> {
  const marks = new Map<number, Mark[]>();
  let at = 0;
  for (const { end, verdict, reason } of claims) {
    while (at + 1 < words.length && (words[at + 1]?.from ?? 0) < end) at += 1;
    const list = marks.get(at) ?? [];
    list.push({ verdict, reason });
    marks.set(at, list);
  }
  return marks;
}
