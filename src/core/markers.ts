/**
 * The markers that show where a chain of thought takes a step, as named groups that can be switched on and off.
 *
 * µCRASP, arXiv 2605.25842, pivot tokens: structure (numbering, "Final Answer:") and discourse connectives. How a word
 * is delimited, and that numbering is looked for at the start of a line, are project decisions.
 */

export type MarkerFamily = "structure" | "connective";

export interface MarkerGroup {
  /** Stable name, used in parameters, links and plans. */
  readonly name: string;
  readonly label: string;
  readonly family: MarkerFamily;
  /** Examples for people. */
  readonly examples: string;
  /** Global, case-insensitive; a match begins at the marker's first character that is not a space. */
  readonly pattern: RegExp;
}

/** Not inside a word and not part of a hyphenated one: "so" matches in "so the", not in "also" or "so-called". */
const WORD_START = "(?<![\\p{L}\\p{N}_][-'’]?)";
const WORD_END = "(?![-'’]?[\\p{L}\\p{N}_])";
const LINE_START = "(?<=^[^\\S\\r\\n]*)";

/** A pattern that matches any of `phrases` as whole words, with any white space between the words of a phrase. */
function phrases(...list: readonly string[]): RegExp {
  const alternatives = list.map((phrase) => phrase.replaceAll(" ", "\\s+")).join("|");
  return new RegExp(`${WORD_START}(?:${alternatives})${WORD_END}`, "giu");
}

export const markerGroups: readonly MarkerGroup[] = [
  {
    name: "numbering",
    label: "Numbered lines",
    family: "structure",
    examples: "a line starting 1. or 1)",
    pattern: new RegExp(`${LINE_START}\\d+[.)](?!\\d)`, "gimu"),
  },
  {
    name: "section",
    label: "Section numbers",
    family: "structure",
    examples: "a line starting 2.1",
    pattern: new RegExp(`${LINE_START}\\d+(?:\\.\\d+)+\\.?(?=\\s)`, "gimu"),
  },
  {
    name: "step",
    label: "Steps",
    family: "structure",
    examples: "Step 3: or Step 3 –",
    pattern: new RegExp(`${WORD_START}step\\s+\\d+\\s*[:–—]`, "giu"),
  },
  {
    name: "final-answer",
    label: "Final answer",
    family: "structure",
    examples: "Final Answer:",
    pattern: new RegExp(`${WORD_START}final\\s+answer\\s*:`, "giu"),
  },
  {
    name: "answer",
    label: "Answer",
    family: "structure",
    examples: "Answer:",
    pattern: new RegExp(`${WORD_START}answer\\s*:`, "giu"),
  },
  {
    name: "closing",
    label: "Conclusion or summary",
    family: "structure",
    examples: "Conclusion: or Summary:",
    pattern: new RegExp(`${WORD_START}(?:conclusion|summary)\\s*:`, "giu"),
  },
  {
    name: "think",
    label: "Thinking tags",
    family: "structure",
    examples: "<think> and </think>",
    pattern: /<\/?think>/giu,
  },
  {
    name: "deduction",
    label: "Deduction",
    family: "connective",
    examples: "therefore, thus, hence",
    pattern: phrases("therefore", "thus", "hence"),
  },
  {
    name: "consequence",
    label: "Consequence",
    family: "connective",
    examples: "so, consequently, as a result",
    pattern: phrases("so", "consequently", "as a result"),
  },
  {
    name: "implication",
    label: "Implication",
    family: "connective",
    examples: "this means, this implies, this suggests",
    pattern: phrases("this means", "this implies", "this suggests"),
  },
  {
    name: "conclusion",
    label: "Drawing a conclusion",
    family: "connective",
    examples: "we can therefore conclude, we can thus conclude",
    pattern: phrases("we can therefore conclude", "we can thus conclude"),
  },
  {
    name: "summing-up",
    label: "Summing up",
    family: "connective",
    examples: "in summary, in conclusion, to summarize",
    pattern: phrases("in summary", "in conclusion", "to summari[sz]e"),
  },
  {
    name: "sequence",
    label: "Sequence",
    family: "connective",
    examples: "next, now, moving on, finally",
    pattern: phrases("next", "now", "moving on", "finally"),
  },
  {
    name: "contrast",
    label: "Contrast",
    family: "connective",
    examples: "however, nevertheless, despite this",
    pattern: phrases("however", "nevertheless", "despite this"),
  },
  {
    name: "addition",
    label: "Addition",
    family: "connective",
    examples: "furthermore, additionally, moreover",
    pattern: phrases("furthermore", "additionally", "moreover"),
  },
];

export const markerGroupNames: readonly string[] = markerGroups.map((group) => group.name);
