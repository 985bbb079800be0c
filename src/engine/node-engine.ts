/** The engine in Node: checkpoint folders on disk, the cpu backend, pictures decoded by sharp. */
import { PivotscopeError } from "../core/errors.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import { createNodeFolder } from "../models/node-folder.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import type { Call, Engine, LoadProgress } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { type Environment, openSession, type Session } from "./session.ts";

const environment: Environment = {
  decodePicture,
  createBackend: async (kind) => {
    if (kind === "cpu") return createNodeBackend();
    throw new PivotscopeError("no-webgpu", "Node has no WebGPU here.", "Use the cpu backend.");
  },
};

/** Opens the checkpoint folder at `path` on the cpu backend. */
export function openNodeSession(path: string, call?: Call<LoadProgress>): Promise<Session> {
  return openSession(environment, createNodeFolder(path), { backend: "cpu" }, call);
}

/** An engine whose sources are checkpoint folders on this disk: `{kind: "address", name, url}` with a path as address. */
export function createNodeEngine(): Engine {
  return createEngine({
    ...environment,
    openFolder(source) {
      if (source.kind === "address") return createNodeFolder(source.url, source.name);
      throw new PivotscopeError("unsupported", "Chosen files cannot be opened here.", "Name the checkpoint's folder.");
    },
  });
}
