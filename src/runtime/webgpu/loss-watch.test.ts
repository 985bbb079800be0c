import { expect, it, vi } from "vitest";
import { createLossWatch } from "./loss-watch.ts";

const errorOf = (reason: string) => new Error(`lost: ${reason}`);

function setUp() {
  let lose: (reason: string) => void = () => {};
  const lost = new Promise<string>((resolve) => (lose = resolve));
  const then = vi.spyOn(lost, "then");
  return { lose, then, watch: createLossWatch(lost, errorOf) };
}

it("gives what tasks come to, and hangs nothing on the promise of the loss for any of them", async () => {
  const { watch, then } = setUp();
  const before = then.mock.calls.length;
  for (let call = 0; call < 100; call++) expect(await watch.unlessLost(async () => call)).toBe(call);
  await expect(watch.unlessLost(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(then.mock.calls.length).toBe(before);
  expect(before).toBe(1);
});

it("fails all tasks that wait when the device is lost, and none that were done", async () => {
  const { watch, lose } = setUp();
  const done = watch.unlessLost(async () => "done");
  const waiting = [1, 2].map(() => watch.unlessLost(() => new Promise<never>(() => {})));
  expect(await done).toBe("done");
  lose("unplugged");
  for (const task of waiting) await expect(task).rejects.toThrow("lost: unplugged");
  expect(await done).toBe("done");
});
