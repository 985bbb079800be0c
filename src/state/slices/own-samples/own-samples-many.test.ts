/** What many own samples cost. */
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened } from "../../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const own = () => harness.workbench.actions.ownSamples;
const picture = (name: string) => new File([name], name, { type: "image/png" });

it("own samples are written in steps that grow with the list: each that is added costs the same", async () => {
  harness = await opened();
  const { replace, alone } = harness.records;
  let written = 0;
  harness.records.replace = (key, record) => {
    if (key === "own-samples") written += (record as { entries: unknown[] }).entries.length;
    return replace(key, record);
  };
  let exchanging: Promise<void> = Promise.resolve();
  harness.records.alone = (key, work) => {
    exchanging = alone(key, work);
    return exchanging;
  };
  /** A picture that is read once all before it have been kept, so that what is kept is never put off. */
  const slow = (name: string) => {
    const file = picture(name);
    return Object.assign(file, {
      async text() {
        await new Promise(setImmediate);
        await exchanging;
        return name;
      },
    });
  };
  const add = (from: number, to: number) =>
    own().addFiles(
      Array.from({ length: to - from }, (_, place) => slow(`${from + place}.png`)),
      "Why?",
    );
  await add(0, 50);
  const first = written;
  await add(50, 250);
  await expect.poll(() => harness.records.lists.get("own-samples")).toMatchObject([{ entries: { length: 250 } }]);
  expect((written - first) / 200).toBeLessThan(16);
});
