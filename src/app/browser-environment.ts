/** The store's environment in a browser. */

import { PivotscopeError } from "../core/errors.ts";
import { onDemand } from "../core/on-demand.ts";
import type { Picture } from "../engine/contract.ts";
import { createWorkerEngine } from "../engine/worker/client.ts";
import type { Environment } from "../state/environment.ts";
import { createBrowserModels } from "./browser-models.ts";
import { createBrowserRecords } from "./browser-records.ts";
import { runsPerWorker } from "./worker-lifetime.ts";

/** Readers of picture headers come with the first picture that somebody brings. */
const loadDecoder = onDemand(() => import("../models/image/decode-browser.ts"));

const loadHosts = onDemand(() => import("./agreed-hosts.ts"));

export function createBrowserEnvironment(): Environment {
  return {
    createEngine: createWorkerEngine,
    runsPerWorker(backend) {
      const { userAgent, maxTouchPoints } = navigator;
      return runsPerWorker({ userAgent, maxTouchPoints, search: location.search }, backend);
    },
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
      const { inspectAndDecode } = await loadDecoder();
      const { picture, facts, keepsAsStored } = await inspectAndDecode(file, name);
      // What is shown is what the model sees.
      const shown = keepsAsStored ? file : await encodePicture(picture, null);
      return { picture, previewUrl: URL.createObjectURL(shown), animated: facts.animated, keepsAsStored };
    },
    encodePicture,
    releasePreview: (previewUrl) => URL.revokeObjectURL(previewUrl),
    records: createBrowserRecords(),
    models: createBrowserModels(),
    agreedHosts: loadHosts,
    uniqueNumber() {
      const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
      return (high % 2 ** 21) * 2 ** 32 + low;
    },
    date: Date.now,
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

/** Draws the picture on a canvas of its own size, or of a smaller one, and takes that as a file. */
async function encodePicture({ width, height, pixels }: Picture, longestEdge: number | null): Promise<Blob> {
  const scale = longestEdge === null ? 1 : Math.min(1, longestEdge / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  const image = new ImageData(new Uint8ClampedArray(pixels), width, height);
  if (context && scale === 1) context.putImageData(image, 0, 0);
  else if (context) {
    const bitmap = await createImageBitmap(image);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
  }
  const type = longestEdge === null ? "image/png" : "image/jpeg";
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.92));
  if (context && file) return file;
  throw new PivotscopeError(
    "unsupported",
    `This browser could not make a file of a picture of ${width} × ${height} pixels.`,
    "Use a smaller picture.",
  );
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
