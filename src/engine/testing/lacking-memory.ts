import { PivotscopeError } from "../../core/errors.ts";
import type { Model } from "../pass/model.ts";

/** `model` on a backend whose next `settle` tells, once, that an upload has found no memory; and what it throws. */
export function lackingMemory(model: Model): { readonly model: Model; readonly lack: PivotscopeError } {
  const lack = new PivotscopeError("out-of-memory", "The GPU has no memory for the tensor [9].");
  let told = false;
  const settle = async () => {
    if (told) return;
    told = true;
    throw lack;
  };
  return { model: { ...model, backend: Object.create(model.backend, { settle: { value: settle } }) }, lack };
}
