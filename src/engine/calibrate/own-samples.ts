/** The user's own samples, in the place of the calibration and evaluation set that lie in a checkpoint folder. */
import { PivotscopeError } from "../../core/errors.ts";
import { plural } from "../../core/words.ts";
import type { EvaluationEntry } from "../../models/samples.ts";
import type { OwnSample, Trace } from "../contract.ts";
import { traceOfGeneration } from "../generate/trace-text.ts";
import { createSampleSet, type EvaluationSet } from "../measure/evaluation-set.ts";
import type { Session } from "../session.ts";

/** What kind of question an own sample is, where results are told apart by kind. */
export const OWN_FAMILY = "own";

/**
 * Checks samples before they replace a set.
 *
 * @throws PivotscopeError `bad-input` naming the sample, counted from 1: no samples, an empty question, a trace that is
 *   empty or holds ids beyond the vocabulary.
 */
export function checkOwnSamples(samples: readonly OwnSample[], vocabularySize: number): void {
  const wrong = (message: string, hint: string) => new PivotscopeError("bad-input", message, hint);
  if (samples.length === 0) throw wrong("There are no own samples.", "Add at least one picture with a question.");
  for (const [index, { question, trace }] of samples.entries()) {
    const name = `Own sample ${index + 1}`;
    if (question.trim() === "") throw wrong(`${name} has no question.`, "Write one, or take the sample out.");
    if (trace === null) continue;
    const again = "Let this model write the trace again.";
    if (trace.length === 0) throw wrong(`${name} has an empty trace.`, again);
    const stranger = trace.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
    if (stranger === undefined) continue;
    throw wrong(
      `${name}: token id ${stranger}; the vocabulary has ${plural(vocabularySize, "entry", "entries")}.`,
      again,
    );
  }
}

/** `samples` as an evaluation set; each is prepared when it is first wanted. */
export function createOwnSet(session: Session, samples: readonly OwnSample[]): EvaluationSet {
  const entries = samples.map(
    ({ question, answer }): EvaluationEntry => ({
      kind: "picture",
      picture: null,
      question,
      trace: null,
      answer,
      family: OWN_FAMILY,
      questionKind: null,
    }),
  );
  return createSampleSet({
    name: "The own samples",
    sampleName: "Own sample",
    read: async () => entries,
    prepare: async (_, place, signal) => {
      const { picture, question } = samples[place] ?? { picture: null, question: "" };
      return session.prepareInput({ picture, question }, signal);
    },
  });
}

/** The traces that came with `samples`, by place. */
export function knownTraces({ checkpoint }: Session, samples: readonly Pick<OwnSample, "trace">[]): Map<number, Trace> {
  const traces = new Map<number, Trace>();
  for (const [place, { trace }] of samples.entries()) {
    if (trace === null) continue;
    const finish = checkpoint.stopIds.includes(trace.at(-1) ?? -1) ? "stop" : "length";
    traces.set(place, traceOfGeneration(checkpoint, { ids: trace, finish }));
  }
  return traces;
}
