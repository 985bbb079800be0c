/** The check of the graphics device that was left for after the first answer. */
import type { Context } from "./context.ts";
import { createJob } from "./job.ts";

const running = new WeakSet<Context>();

/** Makes the check that loading left open, where it did; what it finds stands in the model's summary. */
export async function checkDevice(context: Context, onLoss: (error: unknown) => boolean): Promise<void> {
  const { get, patch } = context;
  const open = get().model.summary?.checks?.open ?? null;
  if (open === null || running.has(context)) return;
  running.add(context);
  const job = createJob(context, { kind: "check", onError: onLoss, show() {} });
  await job.start(async ({ signal, inTurn }) => {
    const { precisionNote } = await inTurn((engine) => engine.checkDevice({ signal }));
    const { summary } = get().model;
    if (summary?.checks?.open === open) {
      patch("model", { summary: { ...summary, precisionNote, checks: { passed: [], open: null } } });
    }
    return undefined;
  });
  running.delete(context);
}
