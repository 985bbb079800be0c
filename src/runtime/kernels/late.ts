/**
 * Kernels that few need: they are in no backend's set, and come with those who run them, shader and all, see
 * `Backend.prepareKernel`. Each is otherwise as those in list.ts.
 */
import { SHADER_TEXTS } from "#late-shader-texts";
import { invariant } from "../../core/errors.ts";
import type { Backend } from "../backend.ts";
import type { Tensor } from "../tensor.ts";
import type { Kernel, RequestOf } from "./define-kernel.ts";
import { gatherLines } from "./gather-lines/reference.ts";
import type { AnyKernel } from "./kernel-set.ts";
import { shaderName } from "./shader-name.ts";

export { gatherLines } from "./gather-lines/reference.ts";

export const LATE_KERNELS = [gatherLines] as readonly Kernel[] as readonly AnyKernel[];

/** The kernel `kernel` on a backend. Requests are awaited before the next one and before tensors are released. */
export type LateCall<K extends Kernel> = (request: RequestOf<K, Tensor>) => void | Promise<void>;

/** Shader of a late kernel; a missing one is a mistake in our own code. */
export function lateShaderOf(kernel: string): string {
  const text = SHADER_TEXTS[`${shaderName(kernel)}.wgsl`];
  invariant(text, `There is no shader for the kernel ${kernel}.`);
  return text;
}

/** @throws PivotscopeError `unsupported` where the device refuses the shader. */
export async function prepareLate<K extends Kernel>(backend: Backend, kernel: K): Promise<LateCall<K>> {
  // What a call takes is the kernel's own; that they match is the descriptor's affair.
  const call = await backend.prepareKernel(kernel as Kernel as AnyKernel, lateShaderOf(kernel.name));
  return call as unknown as LateCall<K>;
}
