/**
 * The engine's calls as the worker's protocol takes them: one line each, checked against `Engine`. Messages, the page's
 * client, the worker's server and the tests' fake engine all follow from it; a call that `Engine` has and this list lacks
 * is an error of types.
 */
import type { Call, Engine, SampleInput } from "../contract.ts";

export type CallName = keyof Engine;

/** What a method takes: its arguments, then the call with its signal and progress. */
type ParametersOf<Name extends CallName> = Required<Parameters<Engine[Name]>>;

/** Arguments of a call, without the `Call` at the end. */
export type ArgumentsOf<Name extends CallName> =
  ParametersOf<Name> extends [...infer Given, Call<infer _>] ? Given : ParametersOf<Name>;

export type ProgressOf<Name extends CallName> =
  ParametersOf<Name> extends [...infer _, Call<infer Progress>] ? Progress : never;

export type ResultOf<Name extends CallName> = Awaited<ReturnType<Engine[Name]>>;

/** How an argument crosses: copied each time, or a sample whose picture crosses once and is a number afterwards. */
type Crossing<Argument> = [Argument] extends [SampleInput] ? "picture-once" : "copied";

type Crossings<Given extends readonly unknown[]> = { readonly [Index in keyof Given]: Crossing<Given[Index]> };

export const ENGINE_CALLS: { readonly [Name in CallName]: Crossings<ArgumentsOf<Name>> } = {
  inspect: ["copied", "copied"],
  countMemory: ["copied", "copied"],
  load: ["copied", "copied"],
  checkDevice: [],
  generate: ["picture-once", "copied"],
  setPictureBudget: ["copied"],
  setSamples: ["copied"],
  calibrate: ["copied"],
  weightStatistics: [],
  observeLayers: ["copied"],
  evaluate: ["picture-once", "copied", "copied"],
  evaluationSet: [],
  writeTraces: ["copied"],
  assess: ["copied"],
  slice: ["copied", "copied"],
  unslice: [],
  checkSlice: ["picture-once", "copied"],
  measureSpeed: ["picture-once", "copied"],
  exportModel: ["copied"],
  countRuns: [],
  dispose: [],
};

type Perform = <Name extends CallName>(
  name: Name,
  given: ArgumentsOf<Name>,
  call: Call<ProgressOf<Name>> | undefined,
) => Promise<ResultOf<Name>>;

/** An engine whose calls all go through one function. */
export function createEngineOf(perform: Perform): Engine {
  const methods = Object.entries(ENGINE_CALLS).map(([name, { length }]) => [
    name,
    (...all: never[]) => perform(name as CallName, all.slice(0, length) as never, all[length]),
  ]);
  // `Object.fromEntries` forgets which name has which method; `ENGINE_CALLS` and `Perform` tie them together above.
  return Object.fromEntries(methods);
}

/** The other way round: performs a call on an engine. */
export function performCall<Name extends CallName>(
  engine: Engine,
  name: Name,
  given: ArgumentsOf<Name>,
  call: Call<ProgressOf<Name>>,
): Promise<ResultOf<Name>> {
  const method = engine[name] as (...all: unknown[]) => Promise<ResultOf<Name>>;
  return Reflect.apply(method, engine, [...given, call]);
}
