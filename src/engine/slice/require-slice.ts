import { PivotscopeError } from "../../core/errors.ts";

/** @throws PivotscopeError `bad-input` where nothing is sliced. */
export function requireSlice<Slice>(slice: Slice | null): Slice {
  if (slice) return slice;
  throw new PivotscopeError("bad-input", "There is no sliced model.", "Slice the model by a plan first.");
}
