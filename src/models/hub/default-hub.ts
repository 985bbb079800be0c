/** The hub that is meant where none is named. Apart from the rest, because the first screen needs it too. */
export const DEFAULT_HUB = "https://huggingface.co";
