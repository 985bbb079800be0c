/**
 * Files beside the project (`../shared`) for tests that run on WebGPU: in a browser, where the test server serves that
 * folder, or in Deno, which reads it. Either suite's configuration hands its address over as an environment variable.
 */
import { fetchTestFile } from "./test-files.ts";

/**
 * Fetches `../shared/<path>`. Gives null and warns where that file is absent, so that a test can skip itself visibly:
 * `const response = await fetchShared("oracles/llama-mha.json"); if (!response) return context.skip("no oracle")`.
 */
export async function fetchShared(path: string): Promise<Response | null> {
  const response = await fetchTestFile("PIVOTSCOPE_SHARED", path);
  if (!response) console.warn(`../shared/${path} is absent: tests that need it are skipped.`);
  return response;
}
