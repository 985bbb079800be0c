/** The project's engine behind the benchmark's contract: the browser's cpu backend. */
import * as ort from "onnxruntime-web/webgpu";
import { browserDevice } from "../../src/engine/load/browser-device.ts";
import { tensorsOf } from "../../src/engine/pass/features.ts";
import { encodeFrames } from "../../src/engine/pass/frames.ts";
import { openSession, type Session } from "../../src/engine/session.ts";
import { createAddressFolder } from "../../src/models/address-folder.ts";
import { decodePicture } from "../../src/models/image/decode-browser.ts";
import type { Frame } from "../../src/models/pictures.ts";
import { createBrowserCpuBackend } from "../../src/runtime/browser.ts";
import { type BenchEngine, CHECKPOINT_PATH, floatsOf, pageMemory, plainIds } from "./contract.ts";

function frameOf({ model }: Session, base64: string): Frame {
  if (!model.definition.vision) throw new Error("The model takes no pictures.");
  return model.definition.vision.frameOf(floatsOf(base64));
}

export function createOurs(): BenchEngine {
  let session: Session | null = null;
  return {
    async load(threads) {
      if (threads > 0) ort.env.wasm.numThreads = threads;
      const start = performance.now();
      session = await openSession(
        {
          device: browserDevice,
          createBackend: createBrowserCpuBackend,
          decodePicture: (bytes, name) => decodePicture(new Blob([bytes]), name),
        },
        createAddressFolder("bench", new URL(CHECKPOINT_PATH, location.href).href),
        { backend: "cpu" },
      );
      return performance.now() - start;
    },
    async write({ ids, frame }, count) {
      if (!session) throw new Error("Nothing is loaded.");
      const frames = [frameOf(session, frame)];
      const start = performance.now();
      const tokens: number[] = [];
      const generation = await session.generate(
        { prompt: ids, frames },
        { maximumTokens: count, onToken: () => tokens.push(performance.now() - start) },
      );
      return { ids: generation.ids, tokens };
    },
    async halves(prompt) {
      if (!session) throw new Error("Nothing is loaded.");
      const { model, denseMasks } = session;
      const frames = [frameOf(session, prompt.frame)];
      const start = performance.now();
      model.backend.release(...tensorsOf(await encodeFrames(model, frames, denseMasks)));
      const middle = performance.now();
      await session.generate({ prompt: plainIds(prompt), frames: [] }, { maximumTokens: 1 });
      return { vision: middle - start, prefill: performance.now() - middle };
    },
    memory: pageMemory,
  };
}
