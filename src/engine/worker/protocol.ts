/**
 * What the page and the worker say to each other: one union per direction, an id per call. Which calls there are, and
 * what crosses with them, follows from `calls.ts`; structured clone does the copying.
 */
import type { SampleInput } from "../contract.ts";
import type { ArgumentsOf, CallName, ProgressOf, ResultOf } from "./calls.ts";
import type { SerialisedError } from "./crossing-errors.ts";
import type { SampleReference } from "./pictures.ts";

/** Arguments as they cross: a sample's picture is named by its number. */
export type CrossingArguments<Given extends readonly unknown[]> = {
  readonly [Index in keyof Given]: [Given[Index]] extends [SampleInput] ? SampleReference : Given[Index];
};

export type CallMessage = {
  [Name in CallName]: {
    readonly type: "call";
    readonly id: number;
    readonly name: Name;
    readonly given: CrossingArguments<ArgumentsOf<Name>>;
  };
}[CallName];

/** A ping is answered at once, whatever call is under way. */
export type ToWorker = CallMessage | { readonly type: "cancel"; readonly id: number } | { readonly type: "ping" };

export type FromWorker =
  | { readonly type: "progress"; readonly id: number; readonly progress: ProgressOf<CallName> }
  | { readonly type: "result"; readonly id: number; readonly result: ResultOf<CallName> }
  | { readonly type: "error"; readonly id: number; readonly error: SerialisedError }
  | { readonly type: "pong" };

/** The part of Worker, MessagePort and DedicatedWorkerGlobalScope that the protocol needs. */
export interface Endpoint<Send> {
  postMessage(message: Send): void;
  // biome-ignore lint/suspicious/noConfusingVoidType: the platform's own handler type
  onmessage: ((event: MessageEvent) => unknown | void) | null;
}
