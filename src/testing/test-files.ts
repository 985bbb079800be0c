/** Files for tests that run on WebGPU, in a browser from the test server or in Deno from the disk. */

/**
 * Fetches `path` in the folder whose address the environment variable `variable` holds; null where it is absent.
 * @throws Error where the suite's configuration does not set the variable.
 */
export async function fetchTestFile(variable: string, path: string): Promise<Response | null> {
  const folder: unknown = import.meta.env[variable];
  if (typeof folder !== "string") throw new Error(`${variable} is not set: the suite's configuration should set it.`);
  // Deno refuses where the file is absent; a server that is gone refuses too, and has to fail the test.
  const refused = (error: unknown) => {
    if (folder.startsWith("file:")) return null;
    throw error;
  };
  const response = await fetch(`${folder}/${path}`).catch(refused);
  // A missing file may also be answered with a page instead of a 404.
  const isPage = response?.headers.get("content-type")?.startsWith("text/html") ?? false;
  return response?.ok && (!isPage || path.endsWith(".html")) ? response : null;
}
