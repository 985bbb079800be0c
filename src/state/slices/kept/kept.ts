/** Lists what this browser keeps of one's work, and puts it away; what does it is loaded when it is first asked for. */
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import type { KeptItem } from "./kept-state.ts";
import type { Keepers } from "./kept-work.ts";

const loadWork = onDemand(() => import("./kept-work.ts"));

export interface KeptActions {
  /** Reads what there is. */
  refresh(): Promise<void>;
  /** Forgets these; what the page shows of them stays until it is reloaded. */
  remove(items: readonly KeptItem[]): Promise<void>;
  /** Forgets the own picture at hand, and what was said about it. */
  forgetPicture(): Promise<void>;
}

export function createKeptActions(context: Context, keepers: Keepers): KeptActions {
  const { get, patch } = context;

  async function refresh(): Promise<void> {
    try {
      patch("kept", { items: await (await loadWork()).listKept(context, keepers), failure: null });
    } catch (error) {
      patch("kept", { failure: failureOf(error) });
    }
  }

  return {
    refresh,
    async remove(items) {
      if (get().kept.removing.length > 0) return;
      patch("kept", { removing: items.map(({ id }) => id) });
      const failure = await loadWork()
        .then(({ removeKept }) => removeKept(context, keepers, items))
        .then(() => null, failureOf);
      await refresh();
      patch("kept", { removing: [], ...(failure ? { failure } : {}) });
    },
    async forgetPicture() {
      try {
        await (await loadWork()).forgetOwnPicture(context, keepers, get().input.picture?.keptAs ?? "");
      } catch (error) {
        patch("input", { pictureFailure: failureOf(error) });
      }
    },
  };
}
