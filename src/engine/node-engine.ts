/** The engine in Node: checkpoint folders on disk, the cpu backend, pictures decoded by sharp. */
import { PivotscopeError } from "../core/errors.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import { createNodeFolder } from "../models/node-folder.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import type { Call, LoadProgress } from "./contract.ts";
import { openSession, type Session } from "./session.ts";

/** Opens the checkpoint folder at `path` on the cpu backend. */
export function openNodeSession(path: string, call?: Call<LoadProgress>): Promise<Session> {
  return openSession(
    {
      decodePicture,
      createBackend: async (kind) => {
        if (kind === "cpu") return createNodeBackend();
        throw new PivotscopeError("no-webgpu", "Node has no WebGPU here.", "Use the cpu backend.");
      },
    },
    createNodeFolder(path),
    { backend: "cpu" },
    call,
  );
}
