/** How many own samples there may be: apart from the file format, which the page fetches only when it is needed. */

export const MAXIMUM_OWN_SAMPLES = 1000;

/** Bytes of a file of own samples; larger ones could not become one text. */
export const LARGEST_OWN_SAMPLES_FILE = 2 ** 28;
