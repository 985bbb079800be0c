/** Turns code that hands out pieces by a callback into something that is asked for them one by one. */

/** Thrown into a producer that nobody asks any more. */
class Stopped extends Error {}

/**
 * What `produce` hands out, in order. It waits after each piece until the next one is asked for, so that a slow disk never
 * makes a queue. Who stops early ends the producer at its piece, before the loop is left.
 */
export async function* handOver<Piece>(produce: (give: (piece: Piece) => Promise<void>) => Promise<unknown>) {
  let wake = () => {};
  const woken = () => new Promise<void>((resolve) => (wake = resolve));
  let waiting = woken();
  let offered: { readonly piece: Piece; readonly answer: (more: boolean) => void } | null = null;
  let ended: { readonly error?: unknown } | null = null;
  const give = async (piece: Piece) => {
    const more = await new Promise<boolean>((answer) => {
      offered = { piece, answer };
      wake();
    });
    if (!more) throw new Stopped();
  };
  const end = (outcome: { readonly error?: unknown }) => {
    ended = outcome;
    wake();
  };
  const producing = produce(give).then(
    () => end({}),
    (error: unknown) => end({ error }),
  );
  // The two are changed by callbacks, which the compiler does not follow.
  const current = () => ({ offered, ended }) as { offered: typeof offered; ended: typeof ended };
  try {
    for (;;) {
      await waiting;
      waiting = woken();
      const now = current();
      if (now.offered) {
        yield (now.offered as { readonly piece: Piece }).piece;
        const { answer } = now.offered as { readonly answer: (more: boolean) => void };
        offered = null;
        answer(true);
      } else if (now.ended) {
        const outcome = now.ended as { readonly error?: unknown };
        if ("error" in outcome) throw outcome.error;
        return;
      }
    }
  } finally {
    (current().offered as { readonly answer: (more: boolean) => void } | null)?.answer(false);
    await producing;
  }
}
