/** The field's terms as the page uses them, each in a plain sentence. */
export const GLOSSARY: readonly { readonly term: string; readonly meaning: string }[] = [
  { term: "unit", meaning: "What is kept or removed as a whole: one neuron of an MLP, or one attention group." },
  {
    term: "attention group",
    meaning:
      "Query heads that share one key and value head, with that head; they can only go together. In the vision tower every head is a group of its own.",
  },
  {
    term: "structural parameters",
    meaning: "Weights that belong to units. Embeddings, norms and the head are not among them and always stay.",
  },
  { term: "pruning ratio", meaning: "The share of the structural parameters that is removed." },
  { term: "pivots", meaning: "Tokens at which a chain of thought turns: steps, and words such as “therefore”." },
  {
    term: "calibration",
    meaning: "Passes over samples that measure how much every unit contributes; the plan is made from their sums.",
  },
  {
    term: "CMDS",
    meaning:
      "Cross-modal distribution shift: how far the mean of a layer's outputs on picture tokens lies from that on words, as a share of their length.",
  },
  {
    term: "KL divergence",
    meaning:
      "How far the pruned model's prediction of the next token has moved from the dense model's, in nats. 0: not at all.",
  },
  { term: "nat", meaning: "The unit of information with the natural logarithm: 1 nat = 1.44 bits." },
  {
    term: "NLL, perplexity",
    meaning:
      "Negative log-likelihood: how unlikely a model finds a token of the trace, in nats. Perplexity is e to its mean; 1 is certainty.",
  },
  { term: "95th percentile", meaning: "The value that 95 of 100 tokens do not exceed." },
  { term: "trace", meaning: "The chain of thought that a model writes, up to its final answer." },
];
