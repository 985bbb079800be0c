/** What the engine without a model takes from node:timers/promises, for a browser. */
export function setImmediate(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
