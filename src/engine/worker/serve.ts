/**
 * The worker's side of the protocol: runs one call after another on one engine, reports progress, cancels by id.
 * It knows no worker globals, so the tests run it over a MessageChannel.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Engine, Picture, SampleInput } from "../contract.ts";
import {
  type CallMessage,
  type Endpoint,
  type FromWorker,
  type InputReference,
  type PictureReference,
  serialiseError,
  type ToWorker,
} from "./protocol.ts";

/**
 * Answers calls from `port` until the page goes away. Calls are serialised in the order they come, because
 * onnxruntime crashes on concurrent runs; a call cancelled while it waits never reaches the engine.
 */
export function serveEngine(port: Endpoint<FromWorker>, createEngine: () => Engine | Promise<Engine>): void {
  const controllers = new Map<number, AbortController>();
  const remember = createPictureMemory();
  let engine: Promise<Engine> | null = null;
  let queue: Promise<void> = Promise.resolve();

  async function answer(message: CallMessage, signal: AbortSignal): Promise<void> {
    const { id } = message;
    try {
      if (signal.aborted) throw new PivotscopeError("cancelled", "Cancelled.");
      engine ??= Promise.resolve(createEngine());
      const result = await perform(await engine, message, signal, (progress) => {
        if (!signal.aborted) port.postMessage({ type: "progress", id, progress });
      });
      port.postMessage({ type: "result", id, result });
    } catch (error) {
      port.postMessage({ type: "error", id, error: serialiseError(error) });
    } finally {
      controllers.delete(id);
    }
  }

  port.onmessage = (event: MessageEvent<ToWorker>) => {
    const message = event.data;
    if (message.type === "cancel") {
      controllers.get(message.id)?.abort();
      return;
    }
    const controller = new AbortController();
    controllers.set(message.id, controller);
    // Pictures are taken in as messages arrive, not as calls run: a cancelled call may carry the data that the next names.
    const resolved = "input" in message ? { ...message, input: remember(message.input) } : message;
    queue = queue.then(() => answer(resolved, controller.signal));
  };
}

type Progress = Extract<FromWorker, { type: "progress" }>["progress"];

function perform(engine: Engine, message: CallMessage, signal: AbortSignal, onProgress: (progress: Progress) => void) {
  const call = { signal, onProgress };
  switch (message.name) {
    case "inspect":
      return engine.inspect(message.source, message.options, call);
    case "setSamples":
      return engine.setSamples(message.samples, { signal });
    case "load":
      return engine.load(message.source, message.options, call);
    case "generate":
      return engine.generate(sampleInput(message.input), message.options, call);
    case "calibrate":
      return engine.calibrate(message.parameters, call);
    case "observeLayers":
      return engine.observeLayers(message.parameters, call);
    case "evaluate":
      return engine.evaluate(sampleInput(message.input), message.trace, message.pruning, { signal });
    case "evaluationSet":
      return engine.evaluationSet({ signal });
    case "writeTraces":
      return engine.writeTraces(message.samples, call);
    case "assess":
      return engine.assess(message.request, call);
    case "dispose":
      return engine.dispose().then(() => undefined);
  }
}

function sampleInput(input: InputReference): SampleInput {
  return { ...input, picture: input.picture?.data ?? null };
}

/** Puts the remembered picture in where a message only names it. */
function createPictureMemory(): (input: InputReference) => InputReference {
  let last: { number: number; data: Picture } | null = null;
  const fill = (reference: PictureReference): PictureReference => {
    if (reference.data) last = { number: reference.number, data: reference.data };
    if (last?.number !== reference.number) {
      throw new PivotscopeError("internal", `The worker does not hold picture ${reference.number}.`);
    }
    return last;
  };
  return (input) => (input.picture ? { ...input, picture: fill(input.picture) } : input);
}
