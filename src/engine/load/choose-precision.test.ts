import { describe, expect, it, vi } from "vitest";
import { choosePrecision } from "./choose-precision.ts";

const gpu = (float16: boolean) => ({ kind: "webgpu", limits: { largestBuffer: 2 ** 30, float16 } }) as const;
const cpu = { kind: "cpu", limits: { largestBuffer: Number.POSITIVE_INFINITY, float16: true } } as const;

describe("choosePrecision", () => {
  it.each([undefined, "auto", "float16"] as const)(
    "takes half precision on a GPU that passes for %s",
    async (wanted) => {
      const choice = await choosePrecision(gpu(true), wanted, async () => null);
      expect(choice).toEqual({ precision: "float16", note: "" });
    },
  );

  it.each(["auto", "float16"] as const)("falls back with the check's message for %s", async (wanted) => {
    const choice = await choosePrecision(gpu(true), wanted, async () => "logits of the head: too far off.");
    expect(choice.precision).toBe("float32");
    expect(choice.note).toMatch(/single precision is used\. logits of the head: too far off\./);
  });

  it("checks nothing where single precision is asked for, and says that it was", async () => {
    const check = vi.fn(async () => null);
    const choice = await choosePrecision(gpu(true), "float32", check);
    expect(choice.precision).toBe("float32");
    expect(choice.note).toMatch(/as asked for/);
    expect(check).not.toHaveBeenCalled();
  });

  it("takes single precision with a note where the GPU has no other", async () => {
    const check = vi.fn(async () => null);
    for (const wanted of ["auto", "float16"] as const) {
      const choice = await choosePrecision(gpu(false), wanted, check);
      expect(choice.precision).toBe("float32");
      expect(choice.note).toMatch(/no half precision \(shader-f16\)/);
    }
    expect(await choosePrecision(gpu(false), "float32", check)).toEqual({ precision: "float32", note: "" });
    expect(check).not.toHaveBeenCalled();
  });

  it("takes single precision on the cpu unless half is asked for", async () => {
    const check = async () => null;
    expect(await choosePrecision(cpu, "auto", check)).toEqual({ precision: "float32", note: "" });
    const asked = await choosePrecision(cpu, "float16", check);
    expect(asked.precision).toBe("float16");
    expect(asked.note).toMatch(/the CPU widens it/);
  });

  it("takes half on the cpu where single has no room and nobody asked for it", async () => {
    const check = async () => null;
    const choice = await choosePrecision(cpu, "auto", check, false);
    expect(choice.precision).toBe("float16");
    expect(choice.note).toMatch(/single precision does not fit this device's memory/);
    expect((await choosePrecision(cpu, "float32", check, false)).precision).toBe("float32");
  });
});
