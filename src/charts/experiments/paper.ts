/**
 * Figures that the µCRASP paper reports for its own models, to stand beside ours and never among them. They are context:
 * the paper gives different scores for one configuration in places.
 */

export interface PaperFigures {
  /** Whose figures, of which model, under which conditions. */
  readonly source: string;
  readonly setting: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
  /** What to keep in mind. */
  readonly caution: string;
}

/** Judge score and mean KL at 30 %. */
export const MUCRASP_FIGURES: PaperFigures = {
  source: "µCRASP paper, arXiv 2605.25842",
  setting: "Qwen2.5-VL-7B, physical reasoning, 30 % pruned",
  columns: ["Judge score, 0–10, higher is better", "Mean KL, nats, lower is better"],
  rows: [
    { label: "dense", values: [9.01, null] },
    { label: "µCRASP", values: [8.87, 0.92] },
    { label: "LLM-Pruner", values: [7.32, 1.53] },
    { label: "Wanda-SP", values: [6.45, 3.31] },
    { label: "Attribution", values: [1.33, 10.51] },
    { label: "FLAP", values: [0.3, 4.11] },
  ],
  caution:
    "Another model, other questions, a language model as judge: compare the order, not the numbers. The paper contradicts itself in places; its KL is labelled 30 % and 45 %.",
};
