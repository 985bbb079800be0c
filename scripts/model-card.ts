/** The table of results on the bundled model's card, and what is measured for it. */

/** Scores of some traces, as the command `judge` sums them up. */
export interface Scores {
  readonly samples: number;
  readonly exact_match: number;
  readonly all_true: number;
}

export interface Measured {
  readonly all: Scores;
  readonly families: Readonly<Record<string, Scores>>;
}

export interface MeasuredSet {
  readonly name: string;
  readonly label: string;
  /** Options of the command `scenes`. */
  readonly scenes: readonly string[];
  /** Options of the command `judge`. */
  readonly options: readonly string[];
}

export interface SetResult {
  readonly set: MeasuredSet;
  readonly engine: Measured;
  /** Null where transformers' traces were not given. */
  readonly transformers: Measured | null;
}

/** Seeds of the shipped calibration and evaluation sets stand in the model's card; these follow them. */
const EVALUATION = ["--count", "600", "--seed", "2027", "--split", "evaluation"];

export const SETS: readonly MeasuredSet[] = [
  { name: "evaluation", label: "unseen scenes", scenes: EVALUATION, options: [] },
  {
    name: "describe",
    label: "unseen scenes, described",
    scenes: ["--count", "200", "--seed", "2028", "--split", "evaluation", "--family", "describe"],
    options: [],
  },
  {
    name: "held-out",
    label: "pairs of colour and shape never seen together",
    scenes: ["--count", "600", "--seed", "2029", "--split", "held-out"],
    options: [],
  },
  { name: "noise", label: "noise in place of the picture", scenes: EVALUATION, options: ["--noise", "1"] },
];

const START = "<!-- results -->";
const END = "<!-- end of results -->";

/** @throws Error when the card has no place for the table. */
export function replaceResults(card: string, table: string): string {
  const [start, end] = [card.indexOf(START), card.indexOf(END)];
  if (start === -1 || end < start) throw new Error(`The card has no lines "${START}" and "${END}".`);
  return `${card.slice(0, start + START.length)}\n${table}\n${card.slice(end)}`;
}

/** One row for each family of each set; shares in per cent. */
export function resultsTable(results: readonly SetResult[]): string {
  const rows = results.flatMap(({ set, engine, transformers }) =>
    Object.entries(engine.families).map(([family, scores]) => {
      const other = transformers?.families[family];
      return [
        set.label,
        family,
        String(scores.samples),
        percent(scores.exact_match),
        other ? percent(other.exact_match) : "not run",
        percent(scores.all_true),
        other ? percent(other.all_true) : "not run",
      ];
    }),
  );
  const head = [
    ["pictures", "family", "samples", "answer right", "transformers", "every claim true", "transformers"],
    ["---", "---", "---:", "---:", "---:", "---:", "---:"],
  ];
  return [...head, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
