/** What a report holds, as data: text of anybody's in it is only text, pictures are our own SVG or data URLs. */

export interface ReportTable {
  /** What it holds; its heading and accessible name. */
  readonly caption: string;
  /** Whose the numbers are, and what they mean. */
  readonly notes: readonly string[];
  readonly columns: readonly { readonly label: string; readonly kind: "text" | "number" }[];
  readonly rows: readonly (readonly string[])[];
}

/** A piece of a trace; `differs` where the other one says something else. */
export interface ReportPiece {
  readonly text: string;
  readonly differs: boolean;
}

export interface ReportTraces {
  readonly names: readonly [string, string];
  /** Lines that stand beside each other. */
  readonly rows: readonly (readonly [readonly ReportPiece[], readonly ReportPiece[]])[];
}

export type ReportBlock =
  | { readonly kind: "facts"; readonly rows: readonly (readonly [string, string])[] }
  | { readonly kind: "text"; readonly text: string; readonly strong?: boolean }
  | { readonly kind: "picture"; readonly href: string; readonly name: string; readonly width: number }
  /** `svg` comes from `writeSvg`, which escapes what is in it. */
  | { readonly kind: "drawing"; readonly svg: string; readonly numbers: ReportTable | null }
  | { readonly kind: "table"; readonly table: ReportTable }
  | { readonly kind: "traces"; readonly traces: ReportTraces };

export interface ReportSection {
  readonly title: string;
  /** Whose everything in it is, where that is one: "Scenes 3M · µCRASP · 38.0 %". */
  readonly whose: string | null;
  /** Begins a page in print. */
  readonly onNewPage?: boolean;
  readonly blocks: readonly ReportBlock[];
}

export interface Report {
  readonly title: string;
  /** Under the title: what it is of. */
  readonly subtitle: string;
  /** "Made on 30 Nov 2026, 16:25 by Pivotscope 0.1.0". */
  readonly made: string;
  readonly sections: readonly ReportSection[];
}
