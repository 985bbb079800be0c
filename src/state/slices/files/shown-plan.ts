/** Keeps the plan of a file that is shown, and shows one that is kept; fetched with the first file, or by a link that names one. */
import { planFrame } from "../../../core/plan-frame.ts";
import { requireSameWeights } from "../../../models/weights-match.ts";
import type { Context } from "../../context.ts";
import type { PruningActions } from "../pruning/pruning.ts";
import { createKeptPlans, type FilePlan } from "./kept-plans.ts";

const GONE =
  "a plan of a file, which links cannot carry: that of whoever made the link, or one that this browser no longer keeps";

/**
 * Keeps the plan of a file that has just been shown, so that a reload shows it again.
 * @returns what is to be said where the browser does not keep it; empty where it does, or where the page makes this plan itself.
 */
export async function keepShown({ get, patch, environment }: Context, read: FilePlan): Promise<string> {
  const shown = get().pruning.opened;
  if (shown?.file !== read.file) return "";
  try {
    const keptAs = await createKeptPlans(environment.records, environment.date).keep(read);
    const { opened } = get().pruning;
    if (opened?.frame === shown.frame) patch("pruning", { opened: { ...opened, keptAs } });
    return "";
  } catch (error) {
    return ` This browser does not keep the plan (${reason(error)}): after a reload its file has to be opened again.`;
  }
}

/**
 * Shows a plan that is kept under this name, unless something else has been asked for meanwhile.
 * @returns why it is not shown; null where it is, or where nobody waits for it any more.
 */
export async function showKept(
  { get, patch, inOneStep, environment }: Context,
  pruning: Pick<PruningActions, "show">,
  name: string,
): Promise<string | null> {
  let found: FilePlan | "damaged" | null;
  let refused = "";
  try {
    found = await createKeptPlans(environment.records, environment.date).find(name);
  } catch (error) {
    found = null;
    refused = `this browser does not give out what it keeps: ${reason(error)}`;
  }
  const { summary } = get().model;
  if (get().pruning.wanted !== name || !summary) return null;
  patch("pruning", { wanted: null });
  if (found === null) return refused || GONE;
  if (found === "damaged") return "what this browser kept of it was damaged, and is dropped";
  const { file, plan } = found;
  try {
    requireSameWeights(file, plan.model, summary, "");
    const frame = planFrame(plan, summary.layout);
    inOneStep(() => pruning.show({ file, plan, frame, keptAs: name }));
    return null;
  } catch (error) {
    return reason(error);
  }
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
