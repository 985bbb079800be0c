/** What a person reads on the page and looks for: words that the journeys of all engines share. */

export const WORDS = {
  slider: "Pruning ratio",
  input: "Picture and question",
  ownPicture: "Own picture",
  question: "Question",
  ask: "Ask",
  reasoning: "Reasoning",
  compare: "Compare reasoning",
  comparison: "Compare traces",
  openModel: "Open model",
  hubAddress: "From the hub, or any address",
  lookAt: "Look at it",
  download: "Download and open",
  openCached: "Open from cache",
} as const;

/** The button in the header that names the model. */
export const ABOUT_MODEL = /: about this model$/;

/** "answer matches: yes = yes", once the result of the ratio at hand has settled. */
export const VERDICT = /answer (matches|differs)/;

/** Two samples: a software GPU calibrates 128 of them for many minutes. */
export const FEW_SAMPLES = "samples=2";

/** Boxes that a journey takes the crosses from: µCRASP and FLAP are measured, so that it ends soon. */
export const METHODS_LEFT_OUT = [
  "LLM-Pruner",
  "Wanda-SP",
  "Attribution",
  "Magnitude-SP (columns)",
  "Magnitude-SP (all matrices)",
  "Random",
] as const;
