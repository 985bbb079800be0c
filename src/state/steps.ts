/**
 * Steps of the page's state. What an action changes at once, and what follows from it, is told to those who listen in one
 * go, so that nobody ever sees half of a change: a ratio beside the plan of another, a new picture beside the old question.
 */
import type { StoreApi } from "zustand/vanilla";
import type { WorkbenchState } from "./shape.ts";

export interface Steps {
  /** The state as it stands within the step at hand. */
  get(): WorkbenchState;
  /** Replaces some fields of one slice. A step of its own, unless one is at hand. */
  patch<Slice extends keyof WorkbenchState>(slice: Slice, change: Partial<WorkbenchState[Slice]>): void;
  /** Runs `act`; what it has changed when it returns (of a promise: before its first await) is one step. */
  inOneStep<Result>(act: () => Result): Result;
  /**
   * Calls `react` whenever what `select` picks has changed, within the same step. Returns how to end it. Reactions run in
   * the order in which they were given; after one that changed something, from the first on again.
   */
  follow<Value>(select: (state: WorkbenchState) => Value, react: (value: Value) => void): () => void;
}

export function createSteps(store: Pick<StoreApi<WorkbenchState>, "getState" | "setState">): Steps {
  const followers: (() => void)[] = [];
  /** The state that the step at hand has come to; null between steps. */
  let draft: WorkbenchState | null = null;

  const get = () => draft ?? store.getState();

  function settle(): void {
    for (let place = 0; place < followers.length; ) {
      const before = draft;
      followers[place]?.();
      place = draft === before ? place + 1 : 0;
    }
  }

  function inOneStep<Result>(act: () => Result): Result {
    if (draft) return act();
    draft = store.getState();
    try {
      const result = act();
      settle();
      return result;
    } finally {
      const reached = draft;
      draft = null;
      if (reached !== store.getState()) store.setState(reached, true);
    }
  }

  return {
    get,
    inOneStep,
    patch(slice, change) {
      const state = get();
      // What is so already is no news: those who listen are called for changes only.
      const before: Readonly<Record<string, unknown>> = { ...state[slice] };
      if (Object.entries(change).every(([name, value]) => Object.is(before[name], value))) return;
      inOneStep(() => {
        draft = { ...state, [slice]: { ...state[slice], ...change } };
      });
    },
    follow(select, react) {
      let last = select(get());
      const look = () => {
        const value = select(get());
        if (Object.is(value, last)) return;
        last = value;
        react(value);
      };
      followers.push(look);
      return () => {
        followers.splice(followers.indexOf(look), 1);
      };
    },
  };
}

type Actions = Readonly<Record<string, (...given: never[]) => unknown>>;

/** The same slices' actions, each of which is one step. */
export function eachInOneStep<Slices extends { readonly [Slice in keyof Slices]: object }>(
  slices: Slices,
  { inOneStep }: Pick<Steps, "inOneStep">,
): Slices {
  const wrap = (actions: Actions) =>
    Object.fromEntries(
      Object.entries(actions).map(([name, action]) => [name, (...given: never[]) => inOneStep(() => action(...given))]),
    );
  const wrapped = Object.entries<object>(slices).map(([slice, actions]) => [slice, wrap(actions as Actions)]);
  return Object.fromEntries(wrapped) as Slices;
}
