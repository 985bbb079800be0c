/** Answers with numbers that are hard to write down, for tests of what keeps them. */
import { defaultParameters } from "../../../../core/parameters.ts";
import type { DenseOf } from "../../../../core/provenance.ts";
import { VERSION } from "../../../../core/version.ts";
import type { Trace } from "../../../../engine/contract.ts";
import { createMemoryRecords } from "../../../testing/memory-records.ts";
import type { Measured } from "../../measurement/measurement-state.ts";
import type { SealedRecord } from "../answer-records.ts";
import { createKeptAnswers } from "../kept-answers.ts";

/** Whose a trace is. */
export const dense = (question = "Why?", change: Partial<DenseOf["model"]> = {}): DenseOf => ({
  version: VERSION,
  model: { name: "fake", label: "Fake", weightHash: "0123", device: "cpu", ...change },
  plan: null,
  input: { key: `1x00 ${question}`, picture: "a scene", content: "1x00", question },
});

export const TRACE: Trace = {
  tokens: [
    { id: 7, text: 'So "é\u2028' },
    { id: 0, text: "" },
  ],
  text: 'So "é\u2028',
  finish: "stop",
};

/** What a plan of this name makes of it. */
export const measured = (hash: string, of = dense(), answered = true): Measured => ({
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

/** A browser's storage and what keeps answers in it. */
export function browser() {
  const records = createMemoryRecords();
  let date = 1000;
  return { records, answers: createKeptAnswers(records, () => (date += 1)) };
}

/** The sealed records of the one picture that is kept. */
export async function sealed({ records, answers }: ReturnType<typeof browser>) {
  const [{ name = "" } = {}] = await answers.list();
  return { place: `answer ${name}`, found: (await records.read(`answer ${name}`)) as SealedRecord[] };
}
