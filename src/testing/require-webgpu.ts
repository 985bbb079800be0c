/**
 * Set-up of the gpu suite: a run that cannot test anything fails instead of passing or skipping.
 */
const adapter = await navigator.gpu?.requestAdapter();
if (!adapter) {
  throw new Error(
    "The gpu tests need WebGPU, but this browser gives no adapter. " +
      "Use a full Chromium (PIVOTSCOPE_BROWSER=…), and leave PIVOTSCOPE_GPU unset where the machine has no GPU.",
  );
}
if (!globalThis.crossOriginIsolated) throw new Error("The test page is not cross-origin isolated, the app's page is.");

export {};
