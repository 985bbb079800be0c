/**
 * The engine in Node: checkpoint folders on disk, pictures decoded by sharp, onnxruntime-node on the CPU, and on a GPU what the
 * page runs, on Dawn.
 */
import { cpus } from "node:os";
import { PivotscopeError } from "../core/errors.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import { type Dawn, openDawn } from "../runtime/dawn-node.ts";
import { readOrtWasm } from "../runtime/ort-wasm-node.ts";
import { probeAdapter, requestAdapter } from "../runtime/webgpu/adapter.ts";
import { adapterName } from "../runtime/webgpu/adapter-name.ts";
import { softwareRenderer } from "../runtime/webgpu/software-adapter.ts";
import type { BackendKind, Call, Engine, LoadProgress, LoadRequest } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { nodeDevice } from "./load/node-device.ts";
import { openNodeHub, openNodePlace } from "./node-places.ts";
import { type Environment, openSession, type Session } from "./session.ts";

/** This machine's processor and graphics, of which the latter are opened by the first who asks for them. */
export interface NodeHome {
  readonly environment: Environment;
  /** What the machine calls the device that a backend runs on, and what renders where that is software. */
  describe(kind: BackendKind): Promise<{ readonly name: string; readonly software: string | null }>;
  /** Lets the graphics go, so that Node can end. Every engine and session of this home has to be disposed of before. */
  close(): Promise<void>;
}

export function openNodeHome(): NodeHome {
  let dawn: Promise<Dawn> | null = null;
  const graphics = () => {
    dawn ??= openDawn();
    return dawn;
  };
  return {
    environment: {
      device: { ...nodeDevice, probeWebGpu: async () => probeAdapter((await graphics()).gpu) },
      decodePicture,
      async createBackend(kind, largestBuffer) {
        if (kind === "cpu") return createNodeBackend();
        const { gpu } = await graphics();
        // Most runs are on the CPU and do not wait for the second onnxruntime.
        const { createHeadlessWebGpuBackend, provideWasm } = await import("../runtime/headless.ts");
        provideWasm(await readOrtWasm());
        return createHeadlessWebGpuBackend(gpu, { largestBuffer });
      },
    },
    async describe(kind) {
      if (kind === "cpu") return { name: cpus()[0]?.model.trim() ?? "", software: null };
      const adapter = await requestAdapter((await graphics()).gpu);
      return { name: adapterName(adapter.info), software: softwareRenderer(adapter) };
    },
    async close() {
      const opened = await dawn?.catch(() => null);
      dawn = null;
      opened?.close();
    },
  };
}

/** Opens the checkpoint at `place` (see `openNodePlace`), on the CPU where `options` does not say otherwise. */
export async function openNodeSession(
  place: string,
  call?: Call<LoadProgress>,
  options: Partial<LoadRequest> = {},
  { environment }: NodeHome = openNodeHome(),
): Promise<Session> {
  return openSession(environment, await openNodePlace(place), { backend: "cpu", ...options }, call);
}

/**
 * An engine whose sources are hubs' repositories and checkpoint folders on this disk: `{kind: "address", name, url}` with
 * a place as `openNodePlace` takes it for the address.
 */
export function createNodeEngine({ environment }: NodeHome = openNodeHome()): Engine {
  return createEngine({
    ...environment,
    openFolder(source) {
      if (source.kind === "address") return openNodePlace(source.url, source.name);
      if (source.kind === "hub") return openNodeHub(source);
      throw new PivotscopeError("unsupported", "Chosen files cannot be opened here.", "Name the checkpoint's folder.");
    },
  });
}
