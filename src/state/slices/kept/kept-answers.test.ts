/** What models said, kept: it comes back as it was computed. */
import { describe, expect, it } from "vitest";
import { withinLimits } from "../within-limits.ts";
import type { KeptAnswer } from "./kept-answer.ts";
import { ANSWER_LIMITS, MOST_ANSWERS } from "./kept-answers.ts";
import { browser, dense, measured, sealed, TRACE } from "./testing/answers.ts";

describe("kept answers", () => {
  it("come back as they were computed, to the last bit", async () => {
    const { answers } = browser();
    await answers.keepTrace(dense(), TRACE);
    await answers.keep(measured("a"));
    await answers.keep(measured("b"));
    expect(await answers.read(dense())).toEqual({ trace: TRACE, measured: [measured("a"), measured("b")] });
  });

  it("say of which part of a calibration a plan was made", async () => {
    const { answers } = browser();
    const made = measured("a");
    const part = {
      ...made,
      of: { ...made.of, plan: { ...made.of.plan, statistics: { samples: 8, of: 96, origin: "here" } } },
    } as const;
    await answers.keepTrace(dense(), TRACE);
    await answers.keep(part);
    expect((await answers.read(dense())).measured).toEqual([part]);
  });

  it.each([
    ["question", dense("How?")],
    ["weights", dense("Why?", { weightHash: "4567" })],
    ["device", dense("Why?", { device: "webgpu float16" })],
  ])("are of one %s", async (_, other) => {
    const { answers } = browser();
    await answers.keepTrace(dense(), TRACE);
    expect(await answers.read(other)).toEqual({ trace: null, measured: [] });
  });

  it("take the latest of each plan, and an answer before none", async () => {
    const { answers } = browser();
    await answers.keepTrace(dense(), TRACE);
    for (const one of [measured("a", dense(), false), measured("a"), measured("b"), measured("a", dense(), false)]) {
      await answers.keep(one);
    }
    const found = (await answers.read(dense())).measured;
    expect(found.map(({ of, answer }) => [of.plan.hash, answer !== null])).toEqual([
      ["a", true],
      ["b", true],
    ]);
  });

  it("leave out what does not fit the trace", async () => {
    const { answers } = browser();
    await answers.keep(measured("a"));
    await answers.keepTrace(dense(), { ...TRACE, tokens: TRACE.tokens.slice(1) });
    expect((await answers.read(dense())).measured).toEqual([]);
  });

  it("are put together when there are many, and stay the same", async () => {
    const kept = browser();
    await kept.answers.keepTrace(dense(), TRACE);
    for (let count = 0; count < 401; count++) await kept.answers.keep(measured(`plan ${count % 3}`));
    const before = await kept.answers.read(dense());
    const { found } = await sealed(kept);
    expect(found).toHaveLength(1);
    expect(await kept.answers.read(dense())).toEqual(before);
    expect(await kept.answers.list()).toMatchObject([{ measured: 3 }]);
  });

  it("are listed, the latest first, and go when they are removed", async () => {
    const { answers, records } = browser();
    await answers.keepTrace(dense("How?"), TRACE);
    await answers.keepTrace(dense(), TRACE);
    await answers.keep(measured("a"));
    const list = await answers.list();
    expect(list).toMatchObject([
      { model: "Fake", picture: "a scene", question: "Why?", measured: 1 },
      { question: "How?", measured: 0 },
    ]);
    await answers.remove([list[0]?.name ?? ""]);
    expect((await answers.read(dense())).trace).toBeNull();
    expect((await answers.read(dense("How?"))).trace).toEqual(TRACE);
    await answers.remove([list[1]?.name ?? ""]);
    expect([...records.lists.keys()]).toEqual(["answers"]);
  });

  it("make room for the latest", async () => {
    const { answers, records } = browser();
    for (let count = 0; count <= MOST_ANSWERS; count++) await answers.keepTrace(dense(`${count}?`), TRACE);
    expect(await answers.list()).toHaveLength(MOST_ANSWERS);
    expect((await answers.read(dense("0?"))).trace).toBeNull();
    expect((await answers.read(dense("1?"))).trace).toEqual(TRACE);
    expect(records.lists.size).toBe(1 + MOST_ANSWERS);
  });

  it("are bounded in bytes, but for the latest", () => {
    const one = (bytes: number): KeptAnswer => ({
      ...{ name: `${bytes}`, bytes, at: 0, measured: 0 },
      ...{ model: "", content: "", picture: "", question: "" },
    });
    expect(withinLimits([one(50e6)], ANSWER_LIMITS).stay).toHaveLength(1);
    expect(withinLimits([one(30e6), one(9e6), one(2e6)], ANSWER_LIMITS).go).toEqual([one(2e6)]);
  });
});
