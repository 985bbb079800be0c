/** Reads a whole trace into claims, each with the exact part of the text that makes it. */
import { finalAnswer } from "../../core/metrics/answer.ts";
import { type Content, namedObjects } from "./content.ts";
import type { Mention } from "./mention.ts";
import { type Token, tokensOf } from "./reader.ts";
import { readSentence, startsSentence } from "./sentence.ts";

export interface Claim {
  /** Where it stands in the trace, [start, end); claims are in order and never overlap. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What it says; null for a part that cannot be read, which is neither true nor false. */
  readonly content: Content | null;
  /** Whether it is drawn as a conclusion ("Therefore …") rather than told as seen. */
  readonly concluded: boolean;
  /** Number of its sentence, counted from 0; the objects of one list share it. */
  readonly sentence: number;
}

/** Every claim of a trace, in order. Reads any text without an error, in time linear in its length. */
export function readClaims(trace: string): readonly Claim[] {
  const claims: Claim[] = [];
  let sentence = 0;
  let last: Mention | null = null;
  const add = (start: number, end: number, content: Content | null, concluded: boolean) =>
    claims.push({ start, end, text: trace.slice(start, end), content, concluded, sentence });
  for (const part of partsOf(trace)) {
    if (part.answer) {
      const answer = finalAnswer(trace.slice(part.start, part.end));
      add(part.start, part.end, answer === null ? null : { type: "answer", answer }, true);
      sentence += 1;
      continue;
    }
    for (const tokens of sentencesOf(tokensOf(trace, part.start, part.end))) {
      const { concluded, pieces } = readSentence(tokens);
      for (const piece of pieces) {
        const content: Content | null =
          piece.content?.type === "no-other" ? { ...piece.content, mention: last } : piece.content;
        add(piece.start, piece.end, content, concluded);
        if (content !== null) last = namedObjects(content).at(-1) ?? last;
      }
      sentence += 1;
    }
  }
  return claims;
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly answer: boolean;
}

/** The final answers and what stands between them, found as `finalAnswer` finds them: to the end of their line. */
function partsOf(trace: string): readonly Part[] {
  const marked = [...trace.matchAll(/(?<![\p{L}\p{N}_])final\s+answer\s*:/giu)];
  const markers = marked.length > 0 ? marked : [...trace.matchAll(/(?<![\p{L}\p{N}_])answer\s*:/giu)];
  const parts: Part[] = [];
  let from = 0;
  for (const [index, marker] of markers.entries()) {
    const behind = marker.index + marker[0].length;
    const limit = markers[index + 1]?.index ?? trace.length;
    const text = /\S[^\r\n]*/u.exec(trace.slice(behind, limit));
    const end = text === null ? behind : behind + text.index + text[0].trimEnd().length;
    parts.push({ start: from, end: marker.index, answer: false }, { start: marker.index, end, answer: true });
    from = end;
  }
  parts.push({ start: from, end: trace.length, answer: false });
  return parts;
}

const ENDS = new Set([".", "!", "?", ";", "\n"]);

/** Cuts at full stops, at "Step 2:" and where a new sentence starts without either; drops what carries no words. */
function sentencesOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const sentences: (readonly Token[])[] = [];
  let current: Token[] = [];
  const close = () => {
    while (isJoint(current.at(-1))) current.pop();
    const first = current.findIndex((token) => !isJoint(token));
    const words = first === -1 ? [] : current.slice(first);
    // A number alone is a list's ("1. I observe").
    if (!(words.length === 1 && /^\d+$/.test(words[0]?.word ?? ""))) sentences.push(words);
    current = [];
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (
      token.word === "step" &&
      /^\d+$/.test(tokens[at + 1]?.word ?? "") &&
      /^[:–—]$/.test(tokens[at + 2]?.word ?? "")
    ) {
      close();
      at += 2;
    } else if (ENDS.has(token.word)) {
      close();
    } else {
      if (startsSentence(tokens, at)) close();
      current.push(token);
    }
  }
  close();
  return sentences.filter((words) => words.length > 0);
}

function isJoint(token: Token | undefined): boolean {
  return token !== undefined && (token.word === "," || token.word === "and" || token.word === ":");
}
