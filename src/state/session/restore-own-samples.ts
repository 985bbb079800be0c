/** Own samples of a session: in place of the list at hand, which can be had back. */
import { serialiseOwnSamples } from "../../models/own-samples-json.ts";
import type { Context } from "../context.ts";
import type { OwnSamplesActions } from "../slices/own-samples/own-samples.ts";
import { samplesOf } from "../slices/own-samples/own-samples-file.ts";
import type { Session } from "./read-session.ts";

export async function restoreOwnSamples(
  { get }: Context,
  samples: OwnSamplesActions,
  { file, manifest, ownSamples }: Session,
): Promise<void> {
  await samples.restore();
  if (ownSamples) {
    const { entries } = get().ownSamples;
    const here = entries.length === 0 ? "" : serialiseOwnSamples(await samplesOf(entries));
    // The same list keeps its place, and what can be undone in it.
    if (here !== new TextDecoder().decode(ownSamples)) {
      await samples.openFile(new File([ownSamples], `The list of ${file}`, { type: "application/json" }));
    }
  }
  if (manifest.ownSamplesUsed) samples.use();
  else if (get().ownSamples.used) samples.release();
}
