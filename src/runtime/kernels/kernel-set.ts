/** The kernels of one backend, typed from the list. */
import type { AnyRequest, Kernel, RequestOf } from "./define-kernel.ts";
import * as list from "./list.ts";

type List = typeof list;

export type KernelName = keyof List;

/** What kernel `Name` is asked, with buffers of a backend. */
export type KernelRequest<Name extends KernelName, Buffer> = RequestOf<List[Name], Buffer>;

/** Every call is ordered after earlier calls and earlier graph runs on the same backend. */
export type KernelSet<Buffer> = {
  readonly [Name in KernelName]: List[Name]["timing"] extends "at once"
    ? (request: KernelRequest<Name, Buffer>) => void
    : (request: KernelRequest<Name, Buffer>) => void | Promise<void>;
};

/** A listed kernel with types that serve any. */
export type AnyKernel = Kernel & { reference(request: AnyRequest<Float32Array | Int32Array>): void };

export const KERNELS: readonly AnyKernel[] = Object.values(list) as readonly Kernel[] as readonly AnyKernel[];

export type AnyCall<Buffer> = (request: AnyRequest<Buffer>) => void | Promise<void>;

/** Makes a set by making the call of each kernel in turn. */
export function kernelSetOf<Buffer>(callOf: (kernel: AnyKernel) => AnyCall<Buffer>): KernelSet<Buffer> {
  // What each call takes and returns is the kernel's own; that they match is the descriptor's affair.
  return Object.fromEntries(KERNELS.map((kernel) => [kernel.name, callOf(kernel)])) as unknown as KernelSet<Buffer>;
}
