// @module-tag attack
/** What models said, kept and then damaged: it is found out, and not used. */
import { describe, expect, it } from "vitest";
import type { SealedRecord } from "./answer-records.ts";
import { browser, dense, measured, sealed, TRACE } from "./testing/answers.ts";

describe("kept answers", () => {
  it.each<[string, (record: SealedRecord) => unknown]>([
    ["a number of it was changed", ({ text, ...rest }) => ({ ...rest, text: text.replace('"id":7', '"id":8') })],
    ["it was cut", ({ text, ...rest }) => ({ ...rest, text: text.slice(0, -1) })],
    ["it lost its name", ({ text }) => ({ text })],
    ["it is of another kind", () => 17],
  ])("are not used where %s", async (_, damage) => {
    const kept = browser();
    await kept.answers.keepTrace(dense(), TRACE);
    await kept.answers.keep(measured("a"));
    const { place, found } = await sealed(kept);
    await kept.records.remove(place);
    for (const [index, record] of found.entries()) {
      await kept.records.append(place, index === 0 ? damage(record) : record);
    }
    expect(await kept.answers.read(dense())).toEqual({ trace: null, measured: [] });
  });

  it("are not used in another's place", async () => {
    const kept = browser();
    await kept.answers.keepTrace(dense("How?"), TRACE);
    const { found } = await sealed(kept);
    await kept.answers.keepTrace(dense(), TRACE);
    const { place } = await sealed(kept);
    await kept.records.replace(place, found[0]);
    expect((await kept.answers.read(dense())).trace).toBeNull();
  });
});
