/** What is done with opened files; fetched with the first. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { Context } from "../../context.ts";
import { isSession, openSession, type SessionUsers } from "../../session/open-session.ts";
import { readFiles, useFile } from "./read-file.ts";
import { keepShown } from "./shown-plan.ts";

export { createRun } from "../../session/run-again.ts";

export type FileUsers = SessionUsers;

/**
 * @param wanted whether nothing has taken its place.
 * @throws PivotscopeError `busy` without a model, and why a file is refused.
 */
export async function openFiles(
  context: Context,
  users: FileUsers,
  files: readonly File[],
  wanted: () => boolean,
): Promise<void> {
  const { get, patch, inOneStep } = context;
  const name = files.map((file) => file.name).join(", ");
  const { summary, status } = get().model;
  if (!summary || status !== "ready") {
    throw new PivotscopeError("busy", `${name}: no model is loaded yet.`, "Open the file when the model is there.");
  }
  const [only] = files;
  if (only && files.length === 1 && (await isSession(only))) return openSession(context, users, only, wanted);
  const read = await readFiles(files, summary);
  if (!wanted()) return;
  if (get().model.summary?.weightHash !== summary.weightHash) {
    throw new PivotscopeError("busy", `${name}: another model has come meanwhile.`, "Open the file again.");
  }
  inOneStep(() => {
    const words = read.map((file) => useFile(file, get(), users));
    patch("files", { reading: null, outcome: words.join(" ") });
  });
  const shown = read.findLast(({ kind }) => kind === "plan");
  const notKept = shown?.kind === "plan" ? await keepShown(context, shown) : "";
  const { outcome } = get().files;
  if (notKept !== "" && wanted() && outcome !== null) patch("files", { outcome: outcome + notKept });
}
