/** A device that is lost as soon as it is used, as Adreno GPUs do it. */
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../core/errors.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import type { Backend } from "../runtime/backend.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import type { LoadRequest } from "./contract.ts";
import { nodeDevice } from "./load/node-device.ts";
import { openSession, type Session } from "./session.ts";
import { createTinyFolder } from "./testing/tiny-checkpoint.ts";

const LOST = new PivotscopeError(
  "device-lost",
  "The graphics device was lost (vkQueueSubmit failed).",
  "Reload the model.",
);
const folder = createTinyFolder();
const sessions: Session[] = [];
const disposed: Backend["kind"][] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.dispose();
  disposed.length = 0;
});

/** Opens the tiny checkpoint where WebGPU is there and fails with `error` when the first graph runs. */
async function open(options: LoadRequest, error = LOST) {
  const session = await openSession(
    {
      decodePicture,
      device: {
        ...nodeDevice,
        probeWebGpu: async () => ({ largestBuffer: 2 ** 30, float16: false, software: null }),
      },
      async createBackend(kind) {
        const backend = createNodeBackend({ threads: 1 });
        const { dispose, run } = backend;
        return Object.assign(backend, {
          kind,
          run: kind === "webgpu" ? () => Promise.reject(error) : run,
          async dispose() {
            disposed.push(kind);
            await dispose();
          },
        });
      },
    },
    folder,
    options,
  );
  sessions.push(session);
  return session;
}

describe("a device that is lost at its first use", () => {
  it("is left for the CPU, with one line that says why", async () => {
    const { summary, generate, prepareInput } = await open({ backend: "auto" });
    expect(summary.backend).toBe("cpu");
    expect(summary.backendNote).toBe(
      "The graphics device was lost (vkQueueSubmit failed). That was at its first use; reload the model to try it again.",
    );
    expect(disposed).toEqual(["webgpu"]);
    const picture = { width: 32, height: 32, pixels: new Uint8ClampedArray(32 * 32 * 4).fill(90) };
    const input = await prepareInput({ picture, question: "Is it red?" });
    expect((await generate(input, { maximumTokens: 2 })).ids.length).toBeGreaterThan(0);
  });

  it("is left for the CPU too where the check of the device comes after the first answer", async () => {
    const { summary } = await open({ backend: "auto", checked: [] });
    expect(summary).toMatchObject({ backend: "cpu", checks: { open: null } });
    expect(disposed).toEqual(["webgpu"]);
  });

  it("is an error where WebGPU was asked for", async () => {
    await expect(open({ backend: "webgpu" })).rejects.toBe(LOST);
    expect(disposed).toEqual(["webgpu"]);
  });
});

it("does not take the CPU for what is wrong otherwise", async () => {
  const memory = new PivotscopeError("out-of-memory", "No room.", "");
  await expect(open({ backend: "auto", precision: "float32" }, memory)).rejects.toBe(memory);
});
