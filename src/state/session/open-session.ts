/** Opens a session file: reads and checks all of it, asks for its model, and only then changes the page. */
import { PivotscopeError } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import type { ModelSummary } from "../../engine/contract.ts";
import { requireSameWeights } from "../../models/weights-match.ts";
import { looksLikeZip } from "../../models/zip-file.ts";
import type { Context } from "../context.ts";
import type { OpeningActions } from "../slices/model/model-opening.ts";
import { LARGEST_SESSION } from "./format.ts";
import { readSession, type Session } from "./read-session.ts";
import { checkPictures, fitSession, type Restorers, restoreSession } from "./restore-session.ts";

export interface SessionUsers extends Restorers {
  readonly opening: Pick<OpeningActions, "chooseAddress" | "chooseBundled">;
}

/** Whether a file begins as sessions do. */
export async function isSession(file: Blob): Promise<boolean> {
  return looksLikeZip(new Uint8Array(await file.slice(0, 4).arrayBuffer()));
}

/**
 * @param wanted whether nobody has opened another file since.
 * @throws PivotscopeError naming file and field: foreign, damaged, of a later version, of other weights. Nothing has changed
 * then but that the model is another where somebody has agreed to open the session's.
 */
export async function openSession(
  context: Context,
  users: SessionUsers,
  file: File,
  wanted: () => boolean,
): Promise<void> {
  const { patch } = context;
  if (file.size > LARGEST_SESSION) {
    const [found, most] = [formatBytes(file.size), formatBytes(LARGEST_SESSION)];
    throw new PivotscopeError(
      "bad-input",
      `${file.name} has ${found}; up to ${most} can be opened.`,
      "Choose a session.",
    );
  }
  const session = await readSession(new Uint8Array(await file.arrayBuffer()), file.name);
  await checkPictures(context, session);
  if (!wanted()) return;
  const model = await modelOf(context, users, session, wanted);
  if (!model) return;
  const fitted = fitSession(session, model);
  const restored = await restoreSession(context, users, session, fitted, wanted);
  if (!restored || !wanted()) return;
  const { run, notKept } = restored;
  const words = `${file.name}: the session with ${session.manifest.model.label} of ${day(session)} is open.`;
  const kept = notKept === null ? "" : ` This browser does not keep all of it (${notKept.replace(/\.$/, "")}).`;
  patch("files", { reading: null, outcome: words + kept, session: { file: file.name, run, check: null } });
}

/** "2026-11-30 20:04 UTC", or what stands there in its place. */
function day({ manifest: { saved } }: Session): string {
  const time = Date.parse(saved);
  return Number.isNaN(time) ? "no known day" : `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/**
 * The session's model: the one at hand, or once somebody has agreed to open it. Null where they have not.
 * @throws PivotscopeError `bad-input` naming both models where it is of other weights, and where nobody knows where it is from.
 */
async function modelOf(
  context: Context,
  { opening }: SessionUsers,
  { file, manifest }: Session,
  wanted: () => boolean,
): Promise<ModelSummary | null> {
  const { get, patch } = context;
  const before = get().model.summary;
  const { source, label } = manifest.model;
  const here = source !== null && (source.includes("/") || get().model.bundled.some(({ name }) => name === source));
  if (before && (before.weightHash === manifest.model.weightHash || !here)) {
    requireSameWeights(file, manifest.model, before, "Open the model that it was saved with first, then the session.");
    return before;
  }
  patch("files", {
    reading: null,
    outcome: `${file} was saved with ${label}, which is opened first. Nothing has changed yet.`,
  });
  const arrival = untilModel(context, before, wanted);
  const asking = source?.includes("/") ? opening.chooseAddress(source) : opening.chooseBundled(source ?? "");
  await asking;
  arrival.look();
  const arrived = await arrival.done;
  if (!wanted()) return null;
  if (!arrived) {
    patch("files", { outcome: `${file} was not opened, because ${label} was not. Nothing has changed.` });
    return null;
  }
  patch("files", { reading: file, outcome: null });
  const { summary } = get().model;
  if (summary) requireSameWeights(file, manifest.model, summary, "What its source gives today is another model.");
  return summary;
}

/** Whether another model comes, or those who are asked put the question away. */
function untilModel({ store, get }: Context, before: ModelSummary | null, wanted: () => boolean) {
  let asked = false;
  let settle: (arrived: boolean) => void = () => {};
  const done = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const look = () => {
    const { model, opening } = get();
    const { step } = opening.current;
    if (model.status === "ready" && model.summary !== before && step === "closed") settle(true);
    else if (!wanted() || (asked && (step === "closed" || step === "choosing"))) settle(false);
  };
  const stop = store.subscribe(look);
  return {
    done: done.finally(stop),
    /** From now on a question that is not there has been answered. */
    look() {
      asked = true;
      look();
    },
  };
}
