import { describe, expect, it, vi } from "vitest";
import { PivotscopeError } from "../core/errors.ts";
import { settled } from "./backend.ts";

const lack = new PivotscopeError("out-of-memory", "The GPU has no memory for the tensor [9].");

/** A backend of which one upload found no memory, if `found` is false; it tells that once. */
function backend(found: boolean) {
  let waiting = found ? null : lack;
  const settle = vi.fn(async () => {
    const told = waiting;
    waiting = null;
    if (told) throw told;
  });
  return { settle };
}

describe("settled", () => {
  it("gives what the work gave", async () => {
    const { settle } = backend(true);
    expect(await settled({ settle }, async () => 7)).toBe(7);
    expect(settle).toHaveBeenCalledOnce();
  });

  it("fails work that had no memory for an upload, and discards what it gave", async () => {
    const { settle } = backend(false);
    const discard = vi.fn();
    await expect(settled({ settle }, async () => 7, discard)).rejects.toBe(lack);
    expect(discard).toHaveBeenCalledExactlyOnceWith(7);
  });

  it("tells of the lack of memory rather than of what it led to", async () => {
    const failed = new PivotscopeError("internal", "The model's logits are not numbers.");
    const fail = () => Promise.reject(failed);
    await expect(settled(backend(false), fail)).rejects.toBe(lack);
    await expect(settled(backend(true), fail)).rejects.toBe(failed);
  });

  it("leaves a cancelled work's lack of memory to nobody, and does not wait for it", async () => {
    const cancelled = new PivotscopeError("cancelled", "Cancelled.");
    const never = { settle: vi.fn(() => new Promise<void>(() => {})) };
    await expect(settled(never, () => Promise.reject(cancelled))).rejects.toBe(cancelled);
    expect(never.settle).toHaveBeenCalledOnce();
    const lacking = backend(false);
    await expect(settled(lacking, () => Promise.reject(cancelled))).rejects.toBe(cancelled);
    await lacking.settle();
  });
});
