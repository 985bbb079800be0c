import { expect, it, vi } from "vitest";
import { lossBehindFailure } from "./device-loss.ts";

vi.stubGlobal("GPUBufferUsage", { MAP_READ: 1, COPY_DST: 8 });
vi.stubGlobal("GPUMapMode", { READ: 1 });

/** A device whose mappings do what `map` does. */
function device(map: () => Promise<void>): GPUDevice {
  return {
    pushErrorScope: () => undefined,
    popErrorScope: () => Promise.reject(new Error("gone")),
    createBuffer: () => ({ mapAsync: map, destroy: () => undefined }),
  } as unknown as GPUDevice;
}

const never = new Promise<string>(() => undefined);
const refuse = () => Promise.reject(new Error("validation error"));

it("finds no loss where the device still maps memory, without waiting", async () => {
  expect(
    await lossBehindFailure(
      device(async () => undefined),
      never,
    ),
  ).toBeNull();
});

it("waits for the reason that comes after the failure, as wgpu has it", async () => {
  let tell: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((done) => {
    tell = done;
  });
  const found = lossBehindFailure(
    device(() => {
      // After everything that is waiting already: the refusal comes first.
      setTimeout(tell, 0, "destroyed");
      return refuse();
    }),
    lost,
  );
  expect(await found).toBe("destroyed");
});

it("takes a reason that is there already, as Dawn has it", async () => {
  expect(await lossBehindFailure(device(refuse), Promise.resolve("destroyed"))).toBe("destroyed");
});

it("gives up on a device that neither answers nor says that it is lost", async () => {
  expect(await lossBehindFailure(device(refuse), never, 0)).toBeNull();
});
