/**
 * The page's side of the protocol: an `Engine` whose calls cross to a worker.
 *
 * A cancelled call rejects at once; the worker winds down behind it and its late answer is dropped, because the id is
 * no longer waited for. When the worker itself fails, everything that waits rejects and so does every later call.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Call, Engine, Picture, SampleInput } from "../contract.ts";
import {
  type CallName,
  deserialiseError,
  type Endpoint,
  type EngineCalls,
  type FromWorker,
  type InputReference,
  type ToWorker,
} from "./protocol.ts";

export interface WorkerEngine extends Engine {
  /** Ends the worker at once; calls that wait reject with `cancelled`. */
  terminate(): void;
  /** Why the worker can answer no more, null while it can. */
  readonly failure: PivotscopeError | null;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: PivotscopeError): void;
  onProgress: ((progress: never) => void) | undefined;
}

export interface PortEngine extends WorkerEngine {
  /** Rejects everything with `error`, for good: called when the worker has crashed. */
  fail(error: PivotscopeError): void;
}

/** An engine in a new module worker. */
export function createWorkerEngine(): WorkerEngine {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pivotscope-engine" });
  const engine = createPortEngine(worker, () => worker.terminate());
  let answered = false;
  worker.addEventListener("message", () => (answered = true), { once: true });
  worker.onerror = (event) => {
    event.preventDefault();
    // A script that could not be fetched ends with a plain event; what is thrown inside comes with a message.
    engine.fail(answered || event instanceof ErrorEvent ? crashed(event.message) : notStarted());
  };
  worker.onmessageerror = () => engine.fail(crashed("a message could not be read"));
  return engine;
}

function crashed(what: string | undefined): PivotscopeError {
  return new PivotscopeError(
    "internal",
    `The model's worker stopped${what ? `: ${what}` : " without saying why; it may have run out of memory"}.`,
    "Reload the model. Picture, question and ratio are kept.",
  );
}

function notStarted(): PivotscopeError {
  return new PivotscopeError(
    "network",
    "The program that runs models could not be fetched.",
    "Check that this device is online and the page's server still runs, then try again.",
  );
}

/** An engine behind any endpoint: a worker in the page, a MessagePort in the tests. */
export function createPortEngine(port: Endpoint<ToWorker>, end: () => void): PortEngine {
  const pending = new Map<number, Pending>();
  const refer = createPictureNumbers();
  let nextId = 1;
  let failure: PivotscopeError | null = null;

  function fail(error: PivotscopeError): void {
    failure ??= error;
    for (const call of [...pending.values()]) call.reject(error);
    pending.clear();
  }

  port.onmessage = (event: MessageEvent<FromWorker>) => {
    const message = event.data;
    const call = pending.get(message.id);
    if (!call) return;
    if (message.type === "progress") {
      call.onProgress?.(message.progress as never);
      return;
    }
    pending.delete(message.id);
    if (message.type === "result") call.resolve(message.result);
    else call.reject(deserialiseError(message.error));
  };

  function request<Name extends CallName>(
    name: Name,
    body: () => EngineCalls[Name]["request"],
    call: Call<EngineCalls[Name]["progress"]> | undefined,
  ): Promise<EngineCalls[Name]["result"]> {
    return new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      const signal = call?.signal;
      if (signal?.aborted) return reject(cancelled());
      const message = { type: "call", id: nextId++, name, ...body() };
      const { id } = message;
      const onAbort = () => {
        pending.delete(id);
        port.postMessage({ type: "cancel", id });
        reject(cancelled());
      };
      const settled = () => signal?.removeEventListener("abort", onAbort);
      pending.set(id, {
        resolve: (result) => {
          settled();
          resolve(result as EngineCalls[Name]["result"]);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
        onProgress: call?.onProgress,
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      // The union of calls cannot be narrowed by a type parameter; `EngineCalls` ties name and body together above.
      port.postMessage(message as unknown as ToWorker);
    });
  }

  return {
    get failure() {
      return failure;
    },
    inspect: (source, options, call) => request("inspect", () => ({ source, options }), call),
    setSamples: (samples, call) => request("setSamples", () => ({ samples }), call),
    load: (source, options, call) => request("load", () => ({ source, options }), call),
    generate: (input, options, call) => request("generate", () => ({ input: refer(input), options }), call),
    calibrate: (parameters, call) => request("calibrate", () => ({ parameters }), call),
    observeLayers: (parameters, call) => request("observeLayers", () => ({ parameters }), call),
    evaluate: (input, trace, pruning, call) =>
      request("evaluate", () => ({ input: refer(input), trace, pruning }), call),
    evaluationSet: (call) => request("evaluationSet", () => ({}), call),
    writeTraces: (samples, call) => request("writeTraces", () => ({ samples }), call),
    assess: (assessment, call) => request("assess", () => ({ request: assessment }), call),
    async dispose() {
      if (failure) return;
      await request("dispose", () => ({}), undefined);
      fail(new PivotscopeError("internal", "The engine has been disposed of."));
      end();
    },
    terminate() {
      fail(cancelled());
      end();
    },
    fail,
  };
}

function cancelled(): PivotscopeError {
  return new PivotscopeError("cancelled", "Cancelled.");
}

/** Numbers pictures by identity and leaves the pixels out when the worker saw the same picture last. */
function createPictureNumbers(): (input: SampleInput) => InputReference {
  const numbers = new WeakMap<Picture, number>();
  let next = 1;
  let last = 0;
  return ({ picture, ...rest }) => {
    if (!picture) return { picture: null, ...rest };
    const number = numbers.get(picture) ?? next++;
    numbers.set(picture, number);
    if (number === last) return { picture: { number }, ...rest };
    last = number;
    return { picture: { number, data: picture }, ...rest };
  };
}
