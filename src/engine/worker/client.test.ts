import { MessageChannel } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { CalibrationProgress, Picture, SampleInput } from "../contract.ts";
import { createFakeEngine } from "../testing/fake-engine.ts";
import { createPortEngine } from "./client.ts";
import type { SampleReference } from "./pictures.ts";
import type { Endpoint, FromWorker, ToWorker } from "./protocol.ts";
import { serveEngine } from "./serve.ts";

const SOURCE = { kind: "address", name: "fake", url: "/models/fake/" } as const;
const PARAMETERS = { batchSize: 2, pivots: { ...defaultPivotParameters(), markers: [], window: 2 } };
const opened: MessageChannel[] = [];

/** A client and a server over a real pair of ports, with structured clone in between. */
function connect() {
  const channel = new MessageChannel();
  opened.push(channel);
  const fake = createFakeEngine();
  const messages: ToWorker[] = [];
  const server = channel.port2 as unknown as Endpoint<FromWorker>;
  serveEngine(server, () => fake);
  const serve = server.onmessage;
  server.onmessage = (event) => {
    messages.push(event.data);
    serve?.(event);
  };
  const engine = createPortEngine(channel.port1 as unknown as Endpoint<ToWorker>, () => channel.port1.close());
  return { engine, fake, messages };
}

function picture(): Picture {
  return { width: 1, height: 1, pixels: new Uint8ClampedArray([1, 2, 3, 255]) };
}

function input(of: Picture | null, question = "How many?"): SampleInput {
  return { picture: of, question };
}

/** Whether pixels came along. */
function carriesPicture([sample]: readonly unknown[]): boolean {
  return (sample as SampleReference).picture?.data !== undefined;
}

afterEach(() => {
  for (const channel of opened.splice(0)) channel.port1.close();
});

describe("engine over the worker protocol", () => {
  it("carries results, typed arrays included", async () => {
    const { engine } = connect();
    const summary = await engine.load(SOURCE, { backend: "auto" });
    expect(summary.layout.offsets).toBeInstanceOf(Uint32Array);
    const keep = new Uint8Array(summary.layout.unitCount).fill(1);
    const measurement = await engine.evaluate(input(null), [0, 1, 2], { keep, meanInputs: null });
    expect(measurement.kl).toEqual(new Float32Array(3));
    expect([...measurement.argmax]).toEqual([0, 1, 2]);
  });

  it("carries layer views with their parameters and progress", async () => {
    const { engine } = connect();
    const { layout } = await engine.load(SOURCE, { backend: "auto" });
    const seen: unknown[] = [];
    const views = await engine.observeLayers(
      { samples: 5, outlierFactor: 2 },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(views).toMatchObject({ samples: 5, outlierFactor: 2 });
    expect(views.layers).toHaveLength(layout.modules.length / 2);
    expect(seen).toEqual([{ done: 5, total: 5 }]);
  });

  it("reports progress in order and then the result", async () => {
    const { engine } = connect();
    const seen: string[] = [];
    const trace = await engine.generate(input(null), {}, { onProgress: (token) => seen.push(token.text) });
    expect(seen.join("")).toBe(trace.text);
    expect(seen).toHaveLength(trace.tokens.length);
  });

  it("runs one call at a time, in the order asked", async () => {
    const { engine, fake } = connect();
    const gate = fake.gate("generate");
    const first = engine.generate(input(null), {});
    const second = engine.calibrate(PARAMETERS);
    await expect.poll(() => fake.calls.length).toBe(1);
    gate.open();
    await Promise.all([first, second]);
    expect(fake.calls.map((call) => call.kind)).toEqual(["generate", "calibrate"]);
  });

  it("sends a picture once and names it afterwards", async () => {
    const { engine, fake, messages } = connect();
    const [one, other] = [picture(), picture()];
    for (const next of [one, one, other, one]) await engine.generate(input(next), {});
    const carried = messages.map((message) => message.type === "call" && carriesPicture(message.given));
    expect(carried).toEqual([true, false, true, true]);
    for (const call of fake.calls) expect(call.input?.picture?.pixels).toEqual(one.pixels);
    expect(fake.calls[0]?.input?.picture).toBe(fake.calls[1]?.input?.picture);
  });

  it("still knows a picture that came with a call cancelled before it ran", async () => {
    const { engine, fake } = connect();
    const gate = fake.gate("calibrate");
    const calibration = engine.calibrate(PARAMETERS);
    const controller = new AbortController();
    const shown = picture();
    const dropped = engine.generate(input(shown), {}, { signal: controller.signal });
    controller.abort();
    await expect(dropped).rejects.toMatchObject({ code: "cancelled" });
    const kept = engine.generate(input(shown), {});
    gate.open();
    await Promise.all([calibration, kept]);
    expect(fake.calls.map((call) => call.kind)).toEqual(["calibrate", "generate"]);
    expect(fake.calls[1]?.input?.picture?.width).toBe(1);
  });

  it("rejects a cancelled call at once, drops its late answer and goes on with the next", async () => {
    const { engine, fake } = connect();
    fake.gate("calibrate");
    const seen: CalibrationProgress[] = [];
    const controller = new AbortController();
    const calibration = engine.calibrate(PARAMETERS, {
      signal: controller.signal,
      onProgress: (progress) => seen.push(progress),
    });
    await expect.poll(() => seen.length).toBe(1);
    controller.abort();
    await expect(calibration).rejects.toMatchObject({ code: "cancelled" });
    const trace = await engine.generate(input(null), {});
    expect(trace.finish).toBe("stop");
    expect(seen).toHaveLength(1);
  });

  it("rejects without a message when the signal has been aborted before", async () => {
    const { engine, messages } = connect();
    const call = engine.calibrate(PARAMETERS, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await engine.generate(input(null), {});
    expect(messages).toHaveLength(1);
  });

  it("carries code, message and hint of an error", async () => {
    const { engine, fake } = connect();
    fake.failNext(
      "calibrate",
      new PivotscopeError("device-lost", "The GPU went away in layer 3.", "Reload the model."),
    );
    const error = await engine.calibrate(PARAMETERS).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PivotscopeError);
    expect(error).toMatchObject({
      code: "device-lost",
      message: "The GPU went away in layer 3.",
      hint: "Reload the model.",
    });
  });

  it("names a foreign error as internal and keeps its message", async () => {
    const channel = new MessageChannel();
    opened.push(channel);
    serveEngine(channel.port2 as unknown as Endpoint<FromWorker>, () => {
      throw new TypeError("no wasm here");
    });
    const engine = createPortEngine(channel.port1 as unknown as Endpoint<ToWorker>, () => {});
    const loading = engine.load(SOURCE, { backend: "auto" });
    await expect(loading).rejects.toMatchObject({ code: "internal", message: "no wasm here" });
  });

  it("refuses to serve a second engine where one is served", () => {
    const channel = new MessageChannel();
    opened.push(channel);
    const port = channel.port2 as unknown as Endpoint<FromWorker>;
    serveEngine(port, createFakeEngine);
    const first = port.onmessage;
    expect(() => serveEngine(port, createFakeEngine)).toThrow(
      "An engine is served here already, or somebody else listens to this port's messages.",
    );
    expect(port.onmessage).toBe(first);
  });

  it("rejects what waits and what comes later once the worker has failed", async () => {
    const { engine, fake } = connect();
    fake.gate("calibrate");
    const waiting = engine.calibrate(PARAMETERS);
    engine.fail(new PivotscopeError("internal", "The model's worker stopped."));
    await expect(waiting).rejects.toThrow("worker stopped");
    await expect(engine.generate(input(null), {})).rejects.toThrow("worker stopped");
  });

  it("cancels what waits when terminated, and disposes of the engine when asked", async () => {
    const first = connect();
    first.fake.gate("calibrate");
    const waiting = first.engine.calibrate(PARAMETERS);
    first.engine.terminate();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    const second = connect();
    await second.engine.dispose();
    expect(second.fake.disposed).toBe(true);
  });
});
