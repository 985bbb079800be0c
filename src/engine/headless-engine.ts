/**
 * The engine on a GPU without a browser (`src/runtime/headless.ts`): checkpoint folders on disk or a hub's repositories, as
 * `createNodeEngine` takes them. It runs in Node and in Deno, bundled.
 */
import { PivotscopeError } from "../core/errors.ts";
import { createHeadlessCpuBackend, createHeadlessWebGpuBackend, provideWasm } from "../runtime/headless.ts";
import { probeAdapter } from "../runtime/webgpu/adapter.ts";
import type { Call, Engine, LoadOptions, LoadProgress } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { nodeDevice } from "./load/node-device.ts";
import { openNodeHub, openNodePlace } from "./node-places.ts";
import { type Environment, openSession, type Session } from "./session.ts";

export interface HeadlessHome {
  /** Where adapters are asked for: Deno's `navigator.gpu`, or what Dawn for Node creates. */
  readonly gpu: GPU;
  /** Bytes of onnxruntime-web's `ort-wasm-simd-threaded.asyncify.wasm`. */
  readonly wasm: Uint8Array<ArrayBuffer>;
}

function environmentOf({ gpu, wasm }: HeadlessHome): Environment {
  provideWasm(wasm);
  return {
    device: { ...nodeDevice, probeWebGpu: () => probeAdapter(gpu) },
    createBackend: (kind, largestBuffer) =>
      kind === "webgpu" ? createHeadlessWebGpuBackend(gpu, { largestBuffer }) : createHeadlessCpuBackend(),
    async decodePicture(bytes, name) {
      // Drawn scenes need no reader of picture files, and Deno has no sharp.
      const { decodePicture } = await import("../models/image/decode-node.ts");
      return decodePicture(bytes, name);
    },
  };
}

/** Opens the checkpoint at `place` (see `openNodePlace`). */
export async function openHeadlessSession(
  home: HeadlessHome,
  place: string,
  options: LoadOptions,
  call?: Call<LoadProgress>,
): Promise<Session> {
  return openSession(environmentOf(home), await openNodePlace(place), options, call);
}

/** An engine whose sources are those of `createNodeEngine`. */
export function createHeadlessEngine(home: HeadlessHome): Engine {
  return createEngine({
    ...environmentOf(home),
    openFolder(source) {
      if (source.kind === "address") return openNodePlace(source.url, source.name);
      if (source.kind === "hub") return openNodeHub(source);
      throw new PivotscopeError("unsupported", "Chosen files cannot be opened here.", "Name the checkpoint's folder.");
    },
  });
}
