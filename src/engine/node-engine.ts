/** The engine in Node: checkpoint folders on disk, the cpu backend, pictures decoded by sharp. */
import { PivotscopeError } from "../core/errors.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import type { Call, Engine, LoadOptions, LoadProgress } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { nodeDevice, noWebGpuHere } from "./load/node-device.ts";
import { openNodeHub, openNodePlace } from "./node-places.ts";
import { type Environment, openSession, type Session } from "./session.ts";

const environment: Environment = {
  device: nodeDevice,
  decodePicture,
  createBackend: async (kind) => {
    if (kind === "cpu") return createNodeBackend();
    throw noWebGpuHere();
  },
};

/** Opens the checkpoint at `place` (see `openNodePlace`) on the cpu backend. */
export async function openNodeSession(
  place: string,
  call?: Call<LoadProgress>,
  options: Pick<LoadOptions, "precision"> = {},
): Promise<Session> {
  return openSession(environment, await openNodePlace(place), { ...options, backend: "cpu" }, call);
}

/**
 * An engine whose sources are hubs' repositories and checkpoint folders on this disk: `{kind: "address", name, url}` with
 * a place as `openNodePlace` takes it for the address.
 */
export function createNodeEngine(): Engine {
  return createEngine({
    ...environment,
    openFolder(source) {
      if (source.kind === "address") return openNodePlace(source.url, source.name);
      if (source.kind === "hub") return openNodeHub(source);
      throw new PivotscopeError("unsupported", "Chosen files cannot be opened here.", "Name the checkpoint's folder.");
    },
  });
}
