/** What a check of a device gives: null when it computes right, otherwise one sentence that says what is off. */
export type SelfCheckResult = string | null;
