/**
 * Files beside the project (`../shared`) for tests that run in the browser. The test server serves that folder under
 * its absolute path, which vitest.config.ts hands over as an environment variable.
 */

/**
 * Fetches `../shared/<path>`. Gives null and warns where that file is absent, so that a test can skip itself visibly:
 * `const response = await fetchShared("oracles/llama-mha.json"); if (!response) return context.skip("no oracle")`.
 */
export async function fetchShared(path: string): Promise<Response | null> {
  const folder: unknown = import.meta.env.PIVOTSCOPE_SHARED;
  if (typeof folder !== "string") throw new Error("PIVOTSCOPE_SHARED is not set: vitest.config.ts should set it.");
  const response = await fetch(`/@fs/${folder.replace(/^\//, "")}/${path}`);
  // A missing file may also be answered with a page instead of a 404.
  const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (response.ok && (!isPage || path.endsWith(".html"))) return response;
  console.warn(`../shared/${path} is absent: tests that need it are skipped.`);
  return null;
}
