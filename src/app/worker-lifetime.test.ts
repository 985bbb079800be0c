import { expect, it } from "vitest";
import { RUNS_ON_IOS, runsPerWorker } from "./worker-lifetime.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.3 Mobile/15E148 Safari/604.1";
const CHROME_ON_IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0.0.0 Mobile/15E148 Safari/604.1";
const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.3 Safari/605.1.15";
const ANDROID =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36";
const WINDOWS =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";

it.each([
  ["an iPhone", IPHONE, 5, RUNS_ON_IOS],
  ["another browser on an iPhone", CHROME_ON_IPHONE, 5, RUNS_ON_IOS],
  ["an iPad, which calls itself a Mac", SAFARI, 5, RUNS_ON_IOS],
  ["a Mac", SAFARI, 0, null],
  ["an Android phone", ANDROID, 5, null],
  ["a laptop with a touch screen", WINDOWS, 10, null],
])("renews a worker on WebGPU on %s only where it has to be", (_, userAgent, maxTouchPoints, runs) => {
  expect(runsPerWorker({ userAgent, maxTouchPoints, search: "" }, "webgpu")).toBe(runs);
  expect(runsPerWorker({ userAgent, maxTouchPoints, search: "" }, "cpu")).toBeNull();
});

it("does what the address asks for, wherever that makes sense", () => {
  const asked = (search: string) => runsPerWorker({ userAgent: WINDOWS, maxTouchPoints: 0, search }, "cpu");
  expect(asked("?backend=cpu&renew=3")).toBe(3);
  for (const search of ["?renew=0", "?renew=-3", "?renew=often", "?renew=2.5", "?renew="])
    expect(asked(search)).toBeNull();
});
