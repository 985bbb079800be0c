/**
 * The page's side of the protocol: an `Engine` whose calls cross to a worker.
 *
 * A cancelled call rejects at once; the worker winds down behind it and its late answer is dropped, because the id is
 * no longer waited for. When the worker itself fails, everything that waits rejects and so does every later call.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Call, Engine, SampleInput } from "../contract.ts";
import {
  type ArgumentsOf,
  type CallName,
  createEngineOf,
  ENGINE_CALLS,
  type ProgressOf,
  type ResultOf,
} from "./calls.ts";
import { deserialiseError } from "./crossing-errors.ts";
import { createLife, type LifeOptions } from "./life.ts";
import { createPictureNumbers } from "./pictures.ts";
import type { Endpoint, FromWorker, ToWorker } from "./protocol.ts";

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
  const engine = createPortEngine(worker, () => worker.terminate(), {
    after: (milliseconds, callback) => void setTimeout(callback, milliseconds),
  });
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

function silent(): PivotscopeError {
  return crashed("it gives no sign of life");
}

/**
 * An engine behind any endpoint: a worker in the page, a MessagePort in the tests. With a clock, an endpoint that gives no
 * sign of life is given up (`life.ts`).
 */
export function createPortEngine(
  port: Endpoint<ToWorker>,
  end: () => void,
  clock: Pick<LifeOptions, "after"> = { after() {} },
): PortEngine {
  const pending = new Map<number, Pending>();
  const refer = createPictureNumbers();
  let nextId = 1;
  let failure: PivotscopeError | null = null;

  function fail(error: PivotscopeError): void {
    failure ??= error;
    for (const call of [...pending.values()]) call.reject(error);
    pending.clear();
  }

  const life = createLife({
    ...clock,
    ask: () => port.postMessage({ type: "ping" }),
    waits: () => pending.size > 0,
    onDeath: () => fail(silent()),
  });

  port.onmessage = (event: MessageEvent<FromWorker>) => {
    const message = event.data;
    life.heard();
    if (message.type === "pong") return;
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

  /** Only called for messages that are sent: what the worker saw last is counted here. */
  function cross(name: CallName, given: readonly unknown[]): unknown[] {
    return given.map((argument, index) =>
      ENGINE_CALLS[name][index] === "picture-once" ? refer(argument as SampleInput) : argument,
    );
  }

  function request<Name extends CallName>(
    name: Name,
    given: ArgumentsOf<Name>,
    call: Call<ProgressOf<Name>> | undefined,
  ): Promise<ResultOf<Name>> {
    return new Promise((resolve, reject) => {
      if (failure) return reject(failure);
      const signal = call?.signal;
      if (signal?.aborted) return reject(cancelled());
      const id = nextId;
      nextId += 1;
      const message = { type: "call", id, name, given: cross(name, given) };
      const onAbort = () => {
        pending.delete(id);
        port.postMessage({ type: "cancel", id });
        reject(cancelled());
      };
      const settled = () => signal?.removeEventListener("abort", onAbort);
      pending.set(id, {
        resolve: (result) => {
          settled();
          resolve(result as ResultOf<Name>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
        onProgress: call?.onProgress,
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      // The union of calls cannot be narrowed by a type parameter; the signature ties name and arguments together.
      port.postMessage(message as unknown as ToWorker);
      life.watch();
    });
  }

  return {
    ...createEngineOf(request),
    get failure() {
      return failure;
    },
    async dispose() {
      if (failure) return;
      await request("dispose", [], undefined);
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
