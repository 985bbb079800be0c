/** What models said, kept: it comes back as it was computed, or not at all. */
import { describe, expect, it } from "vitest";
import { defaultParameters } from "../../../core/parameters.ts";
import type { DenseOf } from "../../../core/provenance.ts";
import { VERSION } from "../../../core/version.ts";
import type { Trace } from "../../../engine/contract.ts";
import { createMemoryRecords } from "../../testing/memory-records.ts";
import type { Measured } from "../measurement/measurement-state.ts";
import type { SealedRecord } from "./answer-records.ts";
import type { KeptAnswer } from "./kept-answer.ts";
import { createKeptAnswers, MOST_ANSWERS, withinLimits } from "./kept-answers.ts";

const dense = (question = "Why?", change: Partial<DenseOf["model"]> = {}): DenseOf => ({
  version: VERSION,
  model: { name: "fake", label: "Fake", weightHash: "0123", device: "cpu", ...change },
  plan: null,
  input: { key: `1x00 ${question}`, picture: "a scene", content: "1x00", question },
});

const TRACE: Trace = {
  tokens: [
    { id: 7, text: 'So "é\u2028' },
    { id: 0, text: "" },
  ],
  text: 'So "é\u2028',
  finish: "stop",
};

const measured = (hash: string, of = dense(), answered = true): Measured => ({
  of: {
    ...of,
    plan: {
      method: "mucrasp",
      parameters: defaultParameters(),
      asked: 0.4,
      reached: 0.39999,
      hash,
      statistics: { samples: 8, origin: "here" },
    },
  },
  measurement: {
    kl: Float32Array.of(1 / 3, 3e-39),
    nll: Float32Array.of(0.1, 2 / 3),
    denseNll: Float32Array.of(1e-20, 16777217),
    argmax: Int32Array.of(7, 4),
    argmaxTexts: ["So", "x"],
    perplexity: Math.PI,
    densePerplexity: 1 + 2 ** -52,
  },
  answer: answered
    ? { matches: false, dense: "So", pruned: null, prunedTokens: [{ id: 4, text: "x" }], prunedCut: true }
    : null,
});

function browser() {
  const records = createMemoryRecords();
  let date = 1000;
  return { records, answers: createKeptAnswers(records, () => (date += 1)) };
}

/** The sealed records of the one picture that is kept. */
async function sealed({ records, answers }: ReturnType<typeof browser>) {
  const [{ name = "" } = {}] = await answers.list();
  return { place: `answer ${name}`, found: (await records.read(`answer ${name}`)) as SealedRecord[] };
}

describe("kept answers", () => {
  it("come back as they were computed, to the last bit", async () => {
    const { answers } = browser();
    await answers.keepTrace(dense(), TRACE);
    await answers.keep(measured("a"));
    await answers.keep(measured("b"));
    expect(await answers.read(dense())).toEqual({ trace: TRACE, measured: [measured("a"), measured("b")] });
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
    expect(withinLimits([one(50e6)]).stay).toHaveLength(1);
    expect(withinLimits([one(30e6), one(9e6), one(2e6)]).go).toEqual([one(2e6)]);
  });
});
