/** The dense model writes the traces that own samples lack, one sample after another. */
import type { TraceToken } from "../../../engine/contract.ts";
import type { WrittenTrace } from "../../../models/own-samples-json.ts";
import type { Context } from "../../context.ts";
import { createJob, type Run } from "../../job.ts";
import { decodeOwnPicture, ownTrace } from "./own-samples-pictures.ts";
import type { OwnEntry } from "./own-samples-state.ts";

export interface TraceWriting {
  /** Writes all traces that are missing. A press while it runs does nothing. */
  start(): Promise<void>;
  cancel(): void;
}

/** @param keep called whenever the list has changed. */
export function createTraceWriting(
  context: Context,
  onLoss: (error: unknown) => boolean,
  keep: () => void,
): TraceWriting {
  const { patch, get, environment } = context;
  const job = createJob(context, {
    kind: "samples",
    onError: onLoss,
    show({ status, failure }) {
      if (status === "failed") patch("ownSamples", { writing: null, failure });
      else if (status === "done") patch("ownSamples", { writing: null });
      else if (status === "cancelled")
        patch("ownSamples", { writing: null, note: "Cancelled; the traces that were written stay." });
    },
  });

  async function write(entry: OwnEntry, { signal, wanted, inTurn }: Run<never>): Promise<void> {
    const { summary } = get().model;
    const picture = entry.picture && (await decodeOwnPicture(environment, entry.picture));
    const note = (change: { waiting?: boolean; text?: string }) => {
      const { writing } = get().ownSamples;
      if (writing?.number === entry.number && wanted()) patch("ownSamples", { writing: { ...writing, ...change } });
    };
    const trace = await inTurn((engine) => {
      note({ waiting: false });
      let text = "";
      const onProgress = (token: TraceToken) => {
        text += token.text;
        note({ text });
      };
      return engine.generate({ picture, question: entry.question }, {}, { signal, onProgress });
    });
    if (!wanted() || !summary || get().model.summary?.weightHash !== summary.weightHash) return;
    const ids = trace.tokens.map(({ id }) => id);
    store(entry, { text: trace.text, ids, weightHash: summary.weightHash });
  }

  /** A sample that was edited meanwhile is another one. */
  function store(entry: OwnEntry, trace: WrittenTrace): void {
    const { entries } = get().ownSamples;
    const same = (other: OwnEntry) => other.number === entry.number && other.question === entry.question;
    if (!entries.some(same)) return;
    patch("ownSamples", { entries: entries.map((other) => (same(other) ? { ...other, trace } : other)) });
    keep();
  }

  return {
    cancel: job.cancel,
    async start() {
      const { ownSamples, model } = get();
      const missing = ownSamples.entries.filter((entry) => !ownTrace(entry, model.summary));
      if (job.busy || missing.length === 0) return;
      patch("ownSamples", { failure: null, note: "" });
      await job.start(async (run) => {
        for (const [done, { number, question }] of missing.entries()) {
          // The list may have changed since: a sample that is gone or asked something else is not written as it was.
          const entry = get().ownSamples.entries.find((other) => other.number === number);
          if (!entry || entry.question !== question || ownTrace(entry, model.summary)) continue;
          patch("ownSamples", { writing: { number, done, total: missing.length, text: "", waiting: true } });
          await write(entry, run);
        }
      });
    },
  };
}
