/** The store's environment in a browser. */
import { PivotscopeError } from "../core/errors.ts";
import { createWorkerEngine } from "../engine/client.ts";
import { decodePicture } from "../models/image/decode-browser.ts";
import type { Environment } from "../state/environment.ts";
import { createBrowserModels } from "./browser-models.ts";
import { createBrowserRecords } from "./browser-records.ts";

export function createBrowserEnvironment(): Environment {
  return {
    createEngine: createWorkerEngine,
    absoluteUrl: (url) => new URL(url, document.baseURI).href,
    async readJson(url) {
      const text = await (await open(url)).text();
      try {
        return JSON.parse(text) as unknown;
      } catch {
        // A server that answers a missing file with the page itself, as single-page hosts do.
        throw text.trimStart().startsWith("<") ? notFound(url, "a web page came instead") : badJson(url);
      }
    },
    readBlob: async (url) => (await open(url)).blob(),
    async decodePicture(file, name) {
      return { picture: await decodePicture(file, name), previewUrl: URL.createObjectURL(file) };
    },
    releasePreview: (previewUrl) => URL.revokeObjectURL(previewUrl),
    records: createBrowserRecords(),
    models: createBrowserModels(),
    now: () => performance.now(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
    writeHash(hash, mode) {
      const url = `${location.pathname}${location.search}#${hash}`;
      if (mode === "push") history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    },
  };
}

async function open(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new PivotscopeError("network", `${url} could not be fetched.`, "Check that the page's server still runs.", {
      cause,
    });
  }
  if (response.status === 404) throw notFound(url, "status 404");
  if (response.ok) return response;
  throw new PivotscopeError("network", `${url} answered with status ${response.status}.`, "Try again later.");
}

function notFound(url: string, detail: string): PivotscopeError {
  return new PivotscopeError("not-found", `${url} is not there (${detail}).`, "Restore the file from the project.");
}

function badJson(url: string): PivotscopeError {
  return new PivotscopeError("bad-input", `${url} is not JSON.`, "Restore the file from the project.");
}
