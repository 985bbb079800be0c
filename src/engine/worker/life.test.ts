// @module-tag attack
/** A worker's signs of life over a real pair of ports, with a clock that the test moves. */
import { MessageChannel } from "node:worker_threads";
import { afterEach, expect, it } from "vitest";
import { createFakeEngine } from "../testing/fake-engine.ts";
import { createPortEngine } from "./client.ts";
import { SILENCES } from "./life.ts";
import type { Endpoint, FromWorker, ToWorker } from "./protocol.ts";
import { serveEngine } from "./serve.ts";

const SOURCE = { kind: "address", name: "fake", url: "/models/fake/" } as const;
const channels: MessageChannel[] = [];
afterEach(() => {
  for (const channel of channels.splice(0)) channel.port1.close();
});

function connect() {
  const channel = new MessageChannel();
  channels.push(channel);
  const fake = createFakeEngine();
  const server = channel.port2 as unknown as Endpoint<FromWorker>;
  serveEngine(server, () => fake);
  const asked: number[] = [];
  const serve = server.onmessage;
  server.onmessage = (event) => {
    if (event.data.type === "ping") asked.push(asked.length);
    serve?.(event);
  };
  const due: (() => void)[] = [];
  const client = channel.port1 as unknown as Endpoint<ToWorker>;
  const engine = createPortEngine(client, () => channel.port1.close(), {
    after: (_, callback) => void due.push(callback),
  });
  let heard = 0;
  const hear = client.onmessage;
  client.onmessage = (event) => {
    heard += 1;
    hear?.(event);
  };
  return {
    engine,
    fake,
    asked,
    heard: () => heard,
    tick: () => due.shift()?.(),
    waiting: () => due.length,
    /** From now on nothing is answered and nobody says so. */
    kill() {
      server.onmessage = () => {};
    },
  };
}

it("asks a worker that owes an answer whether it lives, and lets it be while it does", async () => {
  const { engine, fake, asked, heard, tick } = connect();
  await engine.load(SOURCE, { backend: "cpu" });
  const gate = fake.gate("evaluationSet");
  const call = engine.evaluationSet();
  for (let question = 0; question < 3 * SILENCES; question++) {
    const before = heard();
    tick();
    await expect.poll(heard).toBe(before + 1);
  }
  expect(asked).toHaveLength(3 * SILENCES);
  gate.open();
  expect(await call).toHaveLength(12);
  expect(engine.failure).toBeNull();
});

it("gives up a worker that was ended without a word, and says what to do", async () => {
  const { engine, kill, tick, waiting } = connect();
  await engine.load(SOURCE, { backend: "cpu" });
  kill();
  const call = engine.evaluationSet();
  const end = expect(call).rejects.toMatchObject({ message: /no sign of life/, hint: /Reload the model/ });
  for (let question = 0; question <= SILENCES; question++) {
    expect(engine.failure).toBeNull();
    tick();
  }
  await end;
  expect(engine.failure).not.toBeNull();
  expect(waiting()).toBe(0);
});

it("asks nothing of a worker that owes nothing", async () => {
  const { engine, asked, tick, waiting } = connect();
  await engine.load(SOURCE, { backend: "cpu" });
  tick();
  expect(waiting()).toBe(0);
  expect(asked).toEqual([]);
});
