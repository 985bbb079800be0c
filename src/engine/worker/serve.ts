/**
 * The worker's side of the protocol: runs one call after another on one engine, reports progress, cancels by id.
 * It knows no worker globals, so the tests run it over a MessageChannel.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Engine } from "../contract.ts";
import { type CallName, ENGINE_CALLS, performCall } from "./calls.ts";
import { serialiseError } from "./crossing-errors.ts";
import { createPictureMemory, type SampleReference } from "./pictures.ts";
import type { CallMessage, Endpoint, FromWorker, ToWorker } from "./protocol.ts";

/**
 * Answers calls from `port` until the page goes away. Calls are serialised in the order they come, because
 * onnxruntime crashes on concurrent runs; a call cancelled while it waits never reaches the engine.
 *
 * @throws PivotscopeError `internal` when somebody listens to `port` already: two engines would answer the same calls.
 */
export function serveEngine(port: Endpoint<FromWorker>, createEngine: () => Engine | Promise<Engine>): void {
  if (port.onmessage) {
    throw new PivotscopeError(
      "internal",
      "An engine is served here already, or somebody else listens to this port's messages.",
      "Serve each engine in a worker, or on a port, of its own.",
    );
  }
  const controllers = new Map<number, AbortController>();
  const remember = createPictureMemory();
  let engine: Promise<Engine> | null = null;
  let queue: Promise<void> = Promise.resolve();

  async function answer({ id, name }: CallMessage, given: readonly unknown[], signal: AbortSignal): Promise<void> {
    try {
      if (signal.aborted) throw new PivotscopeError("cancelled", "Cancelled.");
      engine ??= Promise.resolve(createEngine());
      const result = await performCall<CallName>(await engine, name, given as never, {
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) port.postMessage({ type: "progress", id, progress });
        },
      });
      port.postMessage({ type: "result", id, result });
    } catch (error) {
      port.postMessage({ type: "error", id, error: serialiseError(error) });
    } finally {
      controllers.delete(id);
    }
  }

  /** Pictures are taken in as messages arrive, not as calls run: a cancelled call may carry the data that the next names. */
  function argumentsOf({ name, given }: CallMessage): unknown[] {
    return given.map((argument, index) =>
      ENGINE_CALLS[name][index] === "picture-once" ? remember(argument as SampleReference) : argument,
    );
  }

  port.onmessage = (event: MessageEvent<ToWorker>) => {
    const message = event.data;
    if (message.type === "cancel") {
      controllers.get(message.id)?.abort();
      return;
    }
    if (message.type === "ping") {
      port.postMessage({ type: "pong" });
      return;
    }
    const controller = new AbortController();
    controllers.set(message.id, controller);
    const given = argumentsOf(message);
    queue = queue.then(() => answer(message, given, controller.signal));
  };
}
